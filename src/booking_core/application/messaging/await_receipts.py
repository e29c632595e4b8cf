"""A broker that loses messages has them for certain only when a consumer has a receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking_core.ports.awaited import Awaiting
from booking_core.ports.outbox import Unsent

RECEIPT_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitReceipts:
    """`wants` says by each consumer's name whether it is told of events of a type."""

    wants: Mapping[str, Callable[[str], bool]]
    within: timedelta = RECEIPT_WITHIN

    def __call__(self, sent: Iterable[Unsent], at: datetime) -> Awaiting:
        """Whose receipts are awaited for these."""
        told = [(each.position, each.event.type) for each in sent]
        return Awaiting(
            positions={
                consumer: [position for position, type in told if wants(type)]
                for consumer, wants in self.wants.items()
            },
            due_at=at + self.within,
        )
