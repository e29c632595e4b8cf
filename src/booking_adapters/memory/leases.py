"""Who works on which shards, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking_adapters.memory.state import State
from booking_core.ports.leases import Leases, fair_share


@dataclass(frozen=True, slots=True)
class MemoryLeases(Leases):
    """For threads of one process."""

    state: State

    def hold(
        self, work: str, holder: str, shards: int, now: datetime, until: datetime
    ) -> frozenset[int]:
        with self.state.lock:
            shelf = self.state.leases[work]
            mine = shelf.of(holder)
            shelf.leave(holder)
            shelf.forget(now)
            shelf.holders[holder] = until
            free = frozenset(range(shards)) - shelf.shards.keys()
            held = fair_share(shards, len(shelf.holders), mine, free - mine)
            shelf.shards |= dict.fromkeys(held, (holder, until))
        return held

    def release(self, work: str, holder: str) -> None:
        with self.state.lock:
            self.state.leases[work].leave(holder)
