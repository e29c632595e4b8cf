"""What consumers were told, and have no receipt of yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from booking_core.domain.kernel.ids import EventId, TenantId
from booking_core.ports.awaited import Unanswered

AwaitedKey = tuple[str, TenantId, EventId]


@dataclass(slots=True)
class AwaitedShelf:
    """`reached` is when what was answered had been told first, by consumer: the latest of it."""

    unanswered: dict[AwaitedKey, Unanswered] = field(default_factory=dict)
    reached: dict[str, datetime] = field(default_factory=dict)

    def expect(self, unanswered: Unanswered) -> None:
        """Await it, unless it is awaited."""
        self.unanswered.setdefault(key_of(unanswered), unanswered)

    def answer(self, unanswered: Unanswered) -> None:
        """It is awaited no more, and what was told before it is overtaken."""
        if self.unanswered.pop(key_of(unanswered), None) is None:
            return
        reached = self.reached.get(unanswered.consumer, unanswered.sent_at)
        self.reached[unanswered.consumer] = max(reached, unanswered.sent_at)

    def is_overtaken(self, unanswered: Unanswered) -> bool:
        """Whether its consumer has answered for something that was told later."""
        reached = self.reached.get(unanswered.consumer)
        return reached is not None and unanswered.told_at < reached


def key_of(unanswered: Unanswered) -> AwaitedKey:
    """An event is awaited of a consumer once."""
    event = unanswered.event
    return unanswered.consumer, event.tenant_id, event.event_id
