"""Refusals: each has a stable code, a kind, its facts as fields, and says what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    """What sort of refusal it is; one table at each edge turns it into a status or an exit code."""

    INVALID = "invalid"  # The request can never work as it stands.
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    MISSING = "missing"  # It does not exist, or is not yours: these two look alike on purpose.
    CONFLICT = "conflict"  # The request is fine; the world is not in the state that it needs.
    STALE = "stale"  # You read an older version than the one that stands.
    MISMATCH = "mismatch"  # The same key was used for another request.
    BUSY = "busy"  # Nothing was done; the same request may be repeated.


@dataclass(eq=False)
class BookingError(Exception):
    """The request was refused."""

    # Not frozen: contextlib assigns `__traceback__` to the exceptions that pass through it.

    code: ClassVar[str] = "refused"
    kind: ClassVar[Kind] = Kind.CONFLICT

    def facts(self) -> Mapping[str, object]:
        """The fields of this refusal by name, for programs."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def message(self) -> str:
        """The docstring's first line with the facts filled in."""
        first_line = (type(self).__doc__ or "").strip().splitlines()[0]
        return first_line.format_map({name: _shown(fact) for name, fact in self.facts().items()})

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions rebuild themselves from `args`, which a dataclass never sets: without this
        # a refusal cannot cross a process boundary.
        return type(self), tuple(getattr(self, field.name) for field in fields(self))


def _shown(fact: object) -> str:
    if isinstance(fact, tuple | list | frozenset):
        return ", ".join(_shown(item) for item in fact) or "none"
    return str(fact)


@dataclass(eq=False)
class InvalidInput(BookingError):
    """{field}: {expected}"""

    code: ClassVar[str] = "invalid-input"
    kind: ClassVar[Kind] = Kind.INVALID
    field: str
    expected: str


@dataclass(eq=False)
class NotFound(BookingError):
    """There is no {noun} {id}"""

    code: ClassVar[str] = "not-found"
    kind: ClassVar[Kind] = Kind.MISSING
    noun: str
    id: str


@dataclass(eq=False)
class IllegalTransition(BookingError):
    """A {lifecycle} that is {state} cannot {trigger}"""

    code: ClassVar[str] = "illegal-transition"
    kind: ClassVar[Kind] = Kind.CONFLICT
    lifecycle: str
    state: str
    trigger: str


@dataclass(eq=False)
class Unauthenticated(BookingError):
    """The request does not say who you are: {reason}"""

    code: ClassVar[str] = "unauthenticated"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    reason: str


@dataclass(eq=False)
class Forbidden(BookingError):
    """This needs the role {role}"""

    code: ClassVar[str] = "forbidden"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    role: str


@dataclass(eq=False)
class Busy(BookingError):
    """Nothing was done: {reason}; the same request may be repeated"""

    code: ClassVar[str] = "busy"
    kind: ClassVar[Kind] = Kind.BUSY
    reason: str
