"""The promises, asked of what is stored."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

PROMISES = (
    "no-double-booking",  # No two live claims on one unit overlap.
    "all-or-nothing",  # A live booking or block has all of its claims, any other has none.
    "nothing-lost",  # The events of a booking are numbered without a gap, up to its sequence.
    "money-conserved",  # Captured = kept + refunded + due back, and no account below zero.
    "holds-end",  # A hold has a time at which it lapses, its claims the same, nothing else any.
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A promise that what is stored breaks; what breaks it is named in `subject`."""

    promise: str
    subject: str
    detail: str


class Audit(Protocol):
    """Contract: tests/contract/test_audit.py. Each storage checks itself, by its own means."""

    @abstractmethod
    def promises(self) -> tuple[str, ...]:
        """The names of the checks, in order: PROMISES, then a storage's own."""
        ...

    @abstractmethod
    def violations(self, promise: str, limit: int = 100) -> Iterator[Violation]:
        """What breaks this promise, at most `limit` of it; NotFound if it is none."""
        ...
