"""What has not been told yet, in the order in which it was committed."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from booking_core.domain.kernel.events import DomainEvent
from booking_core.ports.outbox import Unsent, shard_of


class OutboxShelf:
    """Positions rise from 1; what has been told is dropped."""

    def __init__(self) -> None:
        self._unsent: dict[int, DomainEvent] = {}
        self._last = 0

    def add(self, event: DomainEvent) -> None:
        """At the end."""
        self._last += 1
        self._unsent[self._last] = event

    def drop(self, position: int) -> DomainEvent | None:
        """It has been told; None if that was so before."""
        return self._unsent.pop(position, None)

    def of_shards(self, shards: Collection[int]) -> Iterator[Unsent]:
        """The shards' events, the first one first."""
        for position, event in self._unsent.items():
            if shard_of(event.booking_id) in shards:
                yield Unsent(position, event)

    def __len__(self) -> int:
        return len(self._unsent)

    def __iter__(self) -> Iterator[DomainEvent]:
        return iter(self._unsent.values())
