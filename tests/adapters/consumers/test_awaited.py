"""Whose receipts a relay awaits, by the settings."""

from __future__ import annotations

from contextlib import closing

import pytest

from booking_adapters.composition import compose
from booking_adapters.consumers.awaited import awaited_consumers
from booking_adapters.environment import InvalidSetting
from booking_adapters.settings import Settings, read_settings
from booking_core.ports.outbox import SHARDS
from tests.contract import builders as b

REDIS, AMQP = "redis://127.0.0.1:1/0", "amqp://127.0.0.1:1//"


def settings(url: str, **said: str) -> Settings:
    """Of an engine in memory, with that broker."""
    variables = {f"BOOKING_{name}": text for name, text in said.items()}
    return read_settings(
        {"BOOKING_DATABASE_URL": "memory://", "BOOKING_BROKER_URL": url, **variables}
    )


def owed(settings: Settings) -> dict[str, list[str]] | None:
    """The types of events that each of them owes a receipt for, of one that is made and changed."""
    with compose(settings) as composition:
        storage = composition.storage
        b.furnish(storage)
        hold = b.make(storage, b.a_hold("b", b.span(9, 10)))
        b.change(storage, hold, hold.cancel("changed_my_mind"))
        unsent = storage.outbox.unsent(range(SHARDS), 10)
        types = {each.position: each.event.type for each in unsent}
        with closing(composition.relay("relay", 10)) as relay:
            if relay.awaiting is None:
                return None
            awaiting = relay.awaiting(unsent, b.NOW)
    return {
        consumer: [types[position] for position in positions]
        for consumer, positions in awaiting.positions.items()
    }


@pytest.mark.parametrize(
    ("url", "said", "names"),
    [
        (REDIS, {}, ("payments",)),
        (REDIS.replace("redis", "rediss"), {}, ("payments",)),
        (AMQP, {}, ()),
        (REDIS, {"RECEIPTS_FROM": "none"}, ()),
        (REDIS, {"PAYMENTS_FROM": "parking@theirs"}, ()),
        (REDIS, {"PAYMENTS_FROM": "parking@theirs", "RECEIPTS_FROM": "payments"}, ("payments",)),
        (AMQP, {"RECEIPTS_FROM": "ledger , webhooks,ledger"}, ("ledger", "webhooks")),
        (REDIS, {"ROUTES": "parking"}, ()),
        (REDIS, {"ROUTES": "canonical@elsewhere"}, ()),
        (REDIS, {"ROUTES": "canonical@booking.events,parking"}, ("payments",)),
    ],
)
def test_who_is_awaited(url: str, said: dict[str, str], names: tuple[str, ...]) -> None:
    """Those that are named, or what the broker needs; nobody where nobody could hear of it."""
    assert awaited_consumers(settings(url, **said)) == names


def test_one_that_we_know_owes_receipts_for_what_it_is_told() -> None:
    """Others may want everything; and where nobody is awaited, nothing is noted."""
    known, unknown = owed(settings(REDIS)), owed(settings(REDIS, RECEIPTS_FROM="ledger"))
    assert known == {"payments": ["booking.created"]}
    assert unknown == {"ledger": ["booking.created", "booking.changed"]}
    assert owed(settings(REDIS, RECEIPTS_FROM="none")) is None


@pytest.mark.parametrize(
    "said",
    [
        {"RECEIPTS_FROM": "payments", "ROUTES": "parking"},
        {"RECEIPTS_FROM": "a b"},
        {"RECEIPTS_FROM": "a,,b"},
        {"RECEIPT_SECONDS": "0"},
        {"RECEIPTS_FROM": "payments-from-parking", "PAYMENTS_FROM": "parking@theirs"},
    ],
)
def test_nobody_is_awaited_who_cannot_answer(said: dict[str, str]) -> None:
    """It is refused, by the name of the setting."""
    with pytest.raises(InvalidSetting) as refused:
        owed(settings(REDIS, **said))
    assert refused.value.name.startswith("BOOKING_RECEIPT")
