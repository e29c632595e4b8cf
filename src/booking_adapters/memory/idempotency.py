"""Answers given before, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from booking_adapters.memory.state import State
from booking_core.ports.idempotency import Answer, Idempotency, RequestKey


@dataclass(frozen=True, slots=True)
class MemoryIdempotency(Idempotency):
    """They stand in the order in which they were given."""

    state: State

    def answer(self, request: RequestKey) -> Answer | None:
        with self.state.lock:
            return self.state.answers.get(request)

    def forget(self, before: datetime, limit: int) -> int:
        with self.state.lock:
            given = self.state.answers.values()
            old = list(islice((a.request for a in given if a.at < before), limit))
            for request in old:
                del self.state.answers[request]
        return len(old)
