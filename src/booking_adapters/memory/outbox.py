"""What happened and has not been told yet, in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from booking_adapters.memory.state import State
from booking_core.domain.kernel.events import DomainEvent
from booking_core.ports.awaited import Awaiting, Unanswered
from booking_core.ports.outbox import BACKLOG_MAX, Backlog, Outbox, Unsent


@dataclass(frozen=True, slots=True)
class MemoryOutbox(Outbox):
    """One commit follows another, so no event ever comes before one that was seen."""

    state: State

    def unsent(
        self, shards: Collection[int], most: int, but: Collection[int] = ()
    ) -> Sequence[Unsent]:
        wanted, passed = frozenset(shards), frozenset(but)
        with self.state.lock:
            found = self.state.outbox.of_shards(wanted)
            return tuple(islice((each for each in found if each.position not in passed), most))

    def mark_sent(
        self, positions: Collection[int], at: datetime, awaiting: Awaiting | None = None
    ) -> None:
        with self.state.lock:
            marked = {position: self.state.outbox.drop(position) for position in positions}
            if awaiting is not None:
                self._await(awaiting, marked, at)

    def backlog(self) -> Backlog:
        with self.state.lock:
            first = next(iter(self.state.outbox), None)
            count = min(len(self.state.outbox), BACKLOG_MAX)
        return Backlog(count=count, oldest=None if first is None else first.at)

    def _await(
        self, awaiting: Awaiting, marked: Mapping[int, DomainEvent | None], at: datetime
    ) -> None:
        for consumer, positions in awaiting.positions.items():
            for event in filter(None, map(marked.get, positions)):
                self.state.awaited.expect(
                    Unanswered(
                        consumer=consumer,
                        event=event,
                        sent_at=at,
                        told_at=at,
                        again=0,
                        due_at=awaiting.due_at,
                    )
                )
