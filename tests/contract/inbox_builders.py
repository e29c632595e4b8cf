"""What consumers are told, what they cannot apply, and effects that can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from booking_adapters.memory.storage import MemoryStorage
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.ids import BookingId, EventId, TenantId
from booking_core.ports.inbox import LetterState, NewLetter, Reception, Standing, Told
from booking_core.ports.publisher import Message
from booking_core.ports.storage import Storage
from tests.contract.builders import ACME, GLOBEX, NOW

NEW, DONE, STALE, EARLY = Standing.NEW, Standing.DONE, Standing.STALE, Standing.EARLY
PAYMENTS, NOTIFICATIONS = "booking.payments", "booking.notifications"
A_WHILE = timedelta(seconds=30)


def told(event: str, sequence: int | None = None, booking: str | None = "b", **facts: Any) -> Told:
    """Of one booking of Acme's unless told; ids are whatever their senders make of them."""
    usual = {"tenant_id": ACME, "booking_id": booking and BookingId(booking), "sequence": sequence}
    return Told(event_id=EventId(event), **usual | facts)


def history(*sequences: int, booking: str = "b") -> list[Told]:
    """A booking's events with these sequences."""
    return [told(f"{booking}-{sequence}", sequence, booking) for sequence in sequences]


def take(
    store: Storage,
    *events: Told,
    consumer: str = PAYMENTS,
    in_order: bool = True,
    now: datetime = NOW,
) -> Sequence[Standing]:
    """How they stood, in a transaction of their own."""
    with store.inbox.together(consumer, now) as reception:
        return list(reception.take(events, in_order=in_order))


def look(
    store: Storage, *events: Told, consumer: str = PAYMENTS, in_order: bool = True
) -> Sequence[Standing]:
    """How they stand."""
    return list(store.inbox.look(consumer, events, in_order=in_order))


def write(store: Storage, reception: Reception, name: str) -> None:
    """An effect, by the storage's own means and as part of the transaction: a tenant more."""
    if isinstance(store, MemoryStorage):
        tenant = Tenant(id=TenantId(name), name=name)
        reception.connection.append(lambda: store.catalogue.save_tenant(tenant))
    else:
        reception.connection.execute(
            "INSERT INTO booking_tenant (id, name, cancels_on_external_refund)"
            f" VALUES ('{name}', '{name}', FALSE)"
        )


def written(store: Storage) -> list[str]:
    """The effects."""
    return [tenant.id for tenant in store.catalogue.tenants() if tenant.id not in (ACME, GLOBEX)]


def a_message(body: bytes = b"{}", **facts: Any) -> Message:
    """What a broker delivered."""
    usual = {"key": "b", "topic": "booking.created", "headers": {"content-type": "text/plain"}}
    return Message(body=body, **usual | facts)


def a_letter(body: bytes = b"{}", **facts: Any) -> NewLetter:
    """A message that payments could not apply; due at once unless told."""
    usual = {
        "consumer": PAYMENTS,
        "message": a_message(body),
        "attempts": 1,
        "due_at": NOW,
        "code": "handler-failed",
        "cause": "ValueError: it was 7 – not 8",
        "at": NOW,
    }
    return NewLetter(**usual | facts)


def keep(store: Storage, *bodies: bytes, **facts: Any) -> list[int]:
    """Keep a letter for each body; the ids of all that there are."""
    store.inbox.keep([a_letter(body, **facts) for body in bodies])
    return ids(store)


def ids(store: Storage) -> list[int]:
    """The ids of all letters."""
    return sorted(letter.id for state in LetterState for letter in store.inbox.letters(None, state))
