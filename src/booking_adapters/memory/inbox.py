"""What each consumer was told, in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from booking_adapters.memory.reception import MemoryReception
from booking_adapters.memory.state import State
from booking_core.domain.kernel.errors import Busy, NotFound
from booking_core.ports.inbox import (
    TOO_EARLY,
    Inbox,
    Letter,
    LetterCount,
    LetterState,
    NewLetter,
    Returned,
    Standing,
    Told,
)

TURN_SECONDS_MAX = 10  # A handler should be long done.


@dataclass(frozen=True, slots=True)
class MemoryInbox(Inbox):
    """One transaction of a consumer follows another; the state is not locked meanwhile."""

    state: State

    def look(self, consumer: str, told: Sequence[Told], *, in_order: bool) -> Sequence[Standing]:
        return MemoryReception(self.state, consumer).look(told, in_order=in_order)

    @contextmanager
    def together(self, consumer: str, now: datetime) -> Iterator[MemoryReception]:
        with self.state.lock:
            turn = self.state.inbox.turns[consumer]
        if not turn.acquire(timeout=TURN_SECONDS_MAX):
            raise Busy("others hold what is needed")
        try:
            reception = MemoryReception(self.state, consumer)
            yield reception
            reception.commit(now)
        finally:
            turn.release()

    def keep(self, letters: Sequence[NewLetter]) -> None:
        with self.state.lock:
            for letter in letters:
                self.state.inbox.letters.keep(letter)

    def keeps(self, consumer: str, identities: Collection[str]) -> Set[str]:
        with self.state.lock:
            letters = self.state.inbox.letters
            return {each for each in identities if letters.has(consumer, each)}

    def claim(
        self, consumer: str, now: datetime, until: datetime, most: int, *, early: bool | None = None
    ) -> Sequence[Letter]:
        with self.state.lock:
            due = sorted(
                (letter.due_at, letter.id, letter)
                for letter in self.state.inbox.letters
                if letter.consumer == consumer and letter.due_at is not None
                if letter.due_at <= now
                if early in (None, letter.code == TOO_EARLY and not letter.attempts)
            )[:most]
            claimed = [
                replace(letter, attempts=letter.attempts + 1, due_at=until, last_at=now)
                for _, _, letter in due
            ]
            for letter in claimed:
                self.state.inbox.letters.put(letter)
        return claimed

    def put_back(self, letters: Sequence[Returned]) -> None:
        with self.state.lock:
            for returned in letters:
                standing = self.state.inbox.letters.get(returned.letter)
                if standing is None or standing.state is LetterState.DEAD:
                    continue
                self.state.inbox.letters.put(
                    replace(
                        standing,
                        state=LetterState.DEAD if returned.due_at is None else LetterState.WAITING,
                        due_at=returned.due_at,
                        attempts=returned.attempts,
                        code=returned.code,
                        cause=returned.cause,
                    )
                )

    def letters(
        self, consumer: str | None, state: LetterState, *, after: int = 0, most: int = 100
    ) -> Sequence[Letter]:
        with self.state.lock:
            wanted = (
                letter
                for letter in self.state.inbox.letters
                if letter.state is state and letter.id > after
                if consumer is None or letter.consumer == consumer
            )
            return tuple(islice(wanted, most))

    def letter(self, letter: int) -> Letter:
        with self.state.lock:
            found = self.state.inbox.letters.get(letter)
        if found is None:
            raise NotFound("letter", str(letter))
        return found

    def replay(self, letters: Collection[int], now: datetime) -> int:
        with self.state.lock:
            dead = self._dead(letters)
            for letter in dead:
                waiting = replace(
                    letter, state=LetterState.WAITING, due_at=now, attempts=0, first_at=now
                )
                self.state.inbox.letters.put(waiting)
        return len(dead)

    def drop(self, letters: Collection[int]) -> int:
        with self.state.lock:
            dead = self._dead(letters)
            for letter in dead:
                self.state.inbox.letters.drop(letter.id)
        return len(dead)

    def counts(self) -> Sequence[LetterCount]:
        by_consumer: defaultdict[str, list[datetime | None]] = defaultdict(list)
        with self.state.lock:
            for letter in self.state.inbox.letters:
                by_consumer[letter.consumer].append(letter.due_at)
        return tuple(
            LetterCount(
                consumer=consumer,
                waiting=len(due) - due.count(None),
                dead=due.count(None),
                oldest_due=min((at for at in due if at is not None), default=None),
            )
            for consumer, due in sorted(by_consumer.items())
        )

    def forget_receipts(self, before: datetime, most: int) -> int:
        with self.state.lock:
            receipts = self.state.inbox.receipts
            old = list(islice((key for key, at in receipts.items() if at < before), most))
            for key in old:
                del receipts[key]
        return len(old)

    def _dead(self, letters: Collection[int]) -> list[Letter]:
        found = (self.state.inbox.letters.get(id) for id in sorted(set(letters)))
        return [each for each in found if each is not None and each.state is LetterState.DEAD]
