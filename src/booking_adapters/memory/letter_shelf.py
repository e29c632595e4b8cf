"""Messages that wait for another try, or for a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from booking_core.ports.inbox import Letter, LetterState, NewLetter


@dataclass(slots=True)
class LetterShelf:
    """By their ids, which rise from 1; of one consumer no two with the same identity."""

    _letters: dict[int, Letter] = field(default_factory=dict)
    _ids: dict[tuple[str, str], int] = field(default_factory=dict)
    _identities: dict[int, tuple[str, str]] = field(default_factory=dict)
    _last: int = 0

    def keep(self, new: NewLetter) -> None:
        """At the end, unless its consumer has it."""
        identity = (new.consumer, new.identity)
        if identity in self._ids:
            return
        self._last += 1
        self._ids[identity] = self._last
        self._identities[self._last] = identity
        self._letters[self._last] = Letter(
            id=self._last,
            consumer=new.consumer,
            message=replace(new.message, headers=MappingProxyType(dict(new.message.headers))),
            state=LetterState.DEAD if new.due_at is None else LetterState.WAITING,
            attempts=new.attempts,
            due_at=new.due_at,
            code=new.code,
            cause=new.cause,
            first_at=new.at,
            last_at=new.at,
        )

    def get(self, id: int) -> Letter | None:
        """The one with that id, if it is still there."""
        return self._letters.get(id)

    def has(self, consumer: str, identity: str) -> bool:
        """Whether there is such a one."""
        return (consumer, identity) in self._ids

    def put(self, letter: Letter) -> None:
        """In the place of the one with its id."""
        self._letters[letter.id] = letter

    def drop(self, id: int) -> None:
        """It may be gone already."""
        if self._letters.pop(id, None) is not None:
            del self._ids[self._identities.pop(id)]

    def __iter__(self) -> Iterator[Letter]:
        return iter(self._letters.values())
