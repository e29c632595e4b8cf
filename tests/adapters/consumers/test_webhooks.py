"""The consumer that has tenants' webhooks told of what happens."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from booking_adapters.consumers.webhooks import NAME, Telling, webhook_message
from booking_adapters.memory.clock import ManualClock
from booking_adapters.memory.randomness import SeededRandomness
from booking_adapters.messages.envelope import EnvelopeCodec
from booking_core.application.new_ids import NewIds
from booking_core.application.webhooks.fan_out import FanOut
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.storage import Storage
from tests.contract.builders import NOW, a_booking, furnish, make, span
from tests.contract.webhook_builders import A_WHILE, a_webhook, keep
from tests.storages import Storages


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def storages(request: pytest.FixtureRequest) -> Storages:
    """A factory of storages."""
    storages: Storages = request.getfixturevalue(f"{request.param}_storages")
    return storages


def told(store: Storage) -> tuple[Incoming, bytes]:
    """The first event of a booking, as a broker brings it, and its very bytes."""
    make(store, a_booking("b", span(9, 10)))
    (unsent, *_) = store.outbox.unsent(range(64), 1)
    codec = EnvelopeCodec()
    message = codec.encode(replace(unsent.event, type="booking.extended", data=EXTENDED))
    return codec.decode(message), message.body


EXTENDED = {
    "bookingId": "62000000-0000-0000-0000-000000000000",
    "expiresAt": "2030-01-07T12:00:00Z",
}


def test_an_event_is_told_with_its_receipt(storages: Storages) -> None:
    """Byte for byte as a broker brings it, once, and only to those who want it."""
    with storages() as store:
        furnish(store)
        keep(
            store,
            a_webhook("hook", events=("booking.*",)),
            a_webhook("other", events=("payment.*",)),
        )
        ids = NewIds(clock=ManualClock(NOW), randomness=SeededRandomness(1))
        handle = Telling(
            FanOut(
                webhooks=store.webhooks,
                deliveries=store.webhook_deliveries,
                clock=ManualClock(NOW),
                ids=ids,
            )
        )
        incoming, body = told(store)
        with suppress(ZeroDivisionError), store.inbox.together(NAME, NOW) as reception:
            handle(incoming, reception)
            raise ZeroDivisionError
        assert not store.webhook_deliveries.claim(NOW, NOW + A_WHILE, 9)
        for _ in range(2):
            with store.inbox.together(NAME, NOW) as reception:
                handle(incoming, reception)
        (claimed,) = store.webhook_deliveries.claim(NOW, NOW + A_WHILE, 9)
        assert claimed.message.body == body
        assert claimed.message.event_type == claimed.delivery.event_type == "booking.extended"
        assert claimed.webhook.url.startswith("https://hook.")


def test_others_messages_are_not_told(memory_storages: Storages) -> None:
    """What has no place in a booking's history is no event of ours."""
    with memory_storages() as store:
        furnish(store)
        incoming, _ = told(store)
    assert webhook_message(incoming) is not None
    assert webhook_message(replace(incoming, sequence=None)) is None
    assert webhook_message(replace(incoming, at=None)) is None
