"""The promises, asked of what is stored."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A promise that what is stored breaks."""

    promise: str
    subject: str
    detail: str


class Audit(Protocol):
    """Contract: tests/contract/test_audit.py. Each storage checks itself, by its own means."""

    @abstractmethod
    def promises(self) -> tuple[str, ...]:
        """The names of the checks, in order."""
        ...

    @abstractmethod
    def violations(self, promise: str, limit: int = 100) -> Iterator[Violation]:
        """What breaks this promise."""
        ...
