"""Several who deliver at once, over every storage."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from booking_adapters.memory.clock import ManualClock
from booking_adapters.simulated.webhook_sender import Sent, SimulatedWebhookSender
from booking_adapters.system.randomness import SystemRandomness
from booking_core.application.webhooks.deliver_webhooks import DeliverWebhooks
from booking_core.domain.webhook.webhook import Disabled
from booking_core.ports.storage import Storage
from tests.contract.builders import ACME, NOW, furnish, id_of
from tests.contract.webhook_builders import a_delivery, a_webhook, keep, tell
from tests.storages import Storages

THREADS, EVENTS = 4, 40


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def storages(request: pytest.FixtureRequest) -> Storages:
    """A factory of storages."""
    storages: Storages = request.getfixturevalue(f"{request.param}_storages")
    return storages


def race(store: Storage, sender: SimulatedWebhookSender) -> int:
    """Four deliver until nothing is due; how many attempts they made."""
    deliver = DeliverWebhooks(
        webhooks=store.webhooks,
        deliveries=store.webhook_deliveries,
        sender=sender,
        clock=ManualClock(NOW),
        randomness=SystemRandomness(),
    )
    start = Barrier(THREADS)

    def work(_: int) -> int:
        start.wait()
        attempts = 0
        while made := deliver.turn(3):
            attempts += made
        return attempts

    with ThreadPoolExecutor(THREADS) as threads:
        attempts = sum(threads.map(work, range(THREADS)))
    return attempts + deliver.turn(EVENTS)  # One that met only what others had went home early.


def test_each_event_is_sent_once(storages: Storages) -> None:
    """However many deliver, while nobody dies."""
    with storages() as store:
        furnish(store)
        keep(store, a_webhook())
        tell(store, *(a_delivery(f"d{n}", event=f"e{n}") for n in range(EVENTS)))
        sender = SimulatedWebhookSender()
        assert race(store, sender) == EVENTS
    sent = Counter(each.headers["webhook-id"] for each in sender.sent)
    assert sent == Counter(id_of(f"e{n}") for n in range(EVENTS))


def test_one_that_is_gone_is_disabled_once(storages: Storages) -> None:
    """Though several are told so at one moment; no failure goes uncounted."""
    with storages() as store:
        furnish(store)
        keep(store, a_webhook())
        tell(store, *(a_delivery(f"d{n}", event=f"e{n}") for n in range(EVENTS)))
        asked: list[Sent] = []

        def gone(sent: Sent) -> int:
            asked.append(sent)
            return 410

        assert race(store, SimulatedWebhookSender(gone)) == EVENTS
        webhook = store.webhooks.get(ACME, a_webhook().id)
        assert (webhook.disabled, webhook.revision) == (Disabled.GONE, 2)
        assert webhook.health.failures == len(asked) >= 1
