"""One transaction of one consumer, in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from booking_adapters.memory.state import State
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import BookingId, EventId, TenantId
from booking_core.ports.inbox import RECEIPTED, Reception, Standing, Told, standings


@dataclass(slots=True)
class MemoryReception(Reception):
    """Nothing of it is in the state before `commit`.

    `connection` is a list of acts, none of which may fail: they are done with the receipts.
    """

    state: State
    consumer: str
    connection: list[Callable[[], object]] = field(default_factory=list)
    _done: set[tuple[TenantId, EventId]] = field(default_factory=set)
    _applied: dict[tuple[TenantId, BookingId], int] = field(default_factory=dict)
    _settled: set[int] = field(default_factory=set)

    def look(self, told: Sequence[Told], *, in_order: bool) -> Sequence[Standing]:
        """What `take` would say."""
        inbox, consumer = self.state.inbox, self.consumer
        done, applied = set(self._done), dict(self._applied)
        with self.state.lock:
            for each in told:
                event = (each.tenant_id, each.event_id)
                if each.tenant_id not in self.state.tenants:
                    raise NotFound("tenant", each.tenant_id)
                if (consumer, *event) in inbox.receipts:
                    done.add(event)
                if each.booking_id is not None:
                    last = inbox.applied.get((consumer, each.tenant_id, each.booking_id), 0)
                    applied.setdefault((each.tenant_id, each.booking_id), last)
        return standings(told, done, applied, in_order=in_order)

    def take(self, told: Sequence[Told], *, in_order: bool) -> Sequence[Standing]:
        found = self.look(told, in_order=in_order)
        for each, standing in zip(told, found, strict=True):
            if standing in RECEIPTED:
                self._done.add((each.tenant_id, each.event_id))
            if standing is Standing.NEW and in_order:
                self._advance(each)
        return found

    def settle(self, letters: Collection[int]) -> None:
        self._settled |= set(letters)

    def commit(self, at: datetime) -> None:
        """All at once."""
        inbox, consumer = self.state.inbox, self.consumer
        with self.state.lock:
            for act in self.connection:
                act()
            inbox.receipts |= {(consumer, *event): at for event in self._done}
            inbox.applied |= {(consumer, *key): last for key, last in self._applied.items()}
            for letter in self._settled:
                inbox.letters.drop(letter)

    def _advance(self, told: Told) -> None:
        if told.booking_id is not None and told.sequence is not None:
            self._applied[told.tenant_id, told.booking_id] = told.sequence
