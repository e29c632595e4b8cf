"""Receipts that are awaited, in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from booking_adapters.memory.awaited_shelf import key_of
from booking_adapters.memory.state import State
from booking_core.ports.awaited import AWAITED_MAX, Awaited, AwaitedCount, Looked, Unanswered


@dataclass(frozen=True, slots=True)
class MemoryAwaited(Awaited):
    """For threads of one process."""

    state: State

    def look(self, now: datetime, until: datetime, most: int) -> Looked:
        with self.state.lock:
            shelf = self.state.awaited
            looked = self._due(now)[:most]
            found = self._without_receipt(looked)
            lagging = self._lagging(now)[: most - len(looked)]
            found += self._without_receipt(lagging)
            claimed = tuple(
                replace(each, due_at=until, lags=False, is_overtaken=shelf.is_overtaken(each))
                for each in found
            )
            self.put_back(claimed)
        return Looked(answered=len(looked) + len(lagging) - len(claimed), unanswered=claimed)

    def put_back(self, unanswered: Sequence[Unanswered]) -> None:
        with self.state.lock:
            for each in unanswered:
                if key_of(each) in self.state.awaited.unanswered:
                    standing = replace(each, is_overtaken=False)
                    self.state.awaited.unanswered[key_of(each)] = standing

    def close(self, unanswered: Sequence[Unanswered], *, answered: bool) -> None:
        with self.state.lock:
            for each in unanswered:
                if answered:
                    self.state.awaited.answer(each)
                else:
                    self.state.awaited.unanswered.pop(key_of(each), None)

    def forget_but(self, consumers: Collection[str]) -> int:
        with self.state.lock:
            standing = self.state.awaited.unanswered
            others = [key for key, each in standing.items() if each.consumer not in consumers]
            for key in others:
                del standing[key]
        return len(others)

    def counts(self) -> Sequence[AwaitedCount]:
        by_consumer: dict[str, list[datetime]] = {}
        with self.state.lock:
            for each in self.state.awaited.unanswered.values():
                by_consumer.setdefault(each.consumer, []).append(each.sent_at)
        return tuple(
            AwaitedCount(consumer=consumer, count=min(len(sent), AWAITED_MAX), oldest=min(sent))
            for consumer, sent in sorted(by_consumer.items())
        )

    def _due(self, now: datetime) -> list[Unanswered]:
        standing = self.state.awaited.unanswered.values()
        due = (each for each in standing if each.due_at <= now)
        return sorted(due, key=lambda each: each.due_at)

    def _lagging(self, now: datetime) -> list[Unanswered]:
        shelf = self.state.awaited
        standing = (each for each in shelf.unanswered.values() if each.lags and each.due_at > now)
        return sorted(filter(shelf.is_overtaken, standing), key=lambda each: each.told_at)

    def _without_receipt(self, looked: Sequence[Unanswered]) -> list[Unanswered]:
        """All others are awaited no more."""
        receipts = self.state.inbox.receipts
        for each in looked:
            if key_of(each) in receipts:
                self.state.awaited.answer(each)
        return [each for each in looked if key_of(each) not in receipts]
