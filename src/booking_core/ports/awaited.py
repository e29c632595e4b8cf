"""Receipts that are awaited: what consumers were told, and have not said that they have."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking_core.domain.kernel.events import DomainEvent

AWAITED_MAX = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaiting:
    """Of which positions of the outbox each consumer, by its name, owes a receipt.

    Before `due_at` nobody looks for them.
    """

    positions: Mapping[str, Collection[int]]
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """An event of which a consumer has no receipt; it was told so many times `again`, last then.

    It is looked at next at `due_at`; if it `lags`, already when it is found to be overtaken: the
    consumer has a receipt for something that was first told after `told_at`.
    """

    consumer: str
    event: DomainEvent
    sent_at: datetime  # When it was told first.
    told_at: datetime
    again: int
    due_at: datetime
    lags: bool = False
    is_overtaken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """How many were `answered`, and are awaited no more; and those that were not."""

    answered: int
    unanswered: Sequence[Unanswered]

    @property
    def count(self) -> int:
        """How many were looked at."""
        return self.answered + len(self.unanswered)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitedCount:
    """How many receipts a consumer owes, and since when the first; `count` stops at AWAITED_MAX."""

    consumer: str
    count: int
    oldest: datetime


class Awaited(Protocol):
    """They are noted by the outbox, when it marks the events as sent.

    Contract: tests/contract/test_awaited.py, run over every storage. Raises Busy like all storage.
    """

    @abstractmethod
    def look(self, now: datetime, until: datetime, most: int) -> Looked:
        """Those that are due, the longest due first, then those that lag and are overtaken.

        Whatever has a receipt is awaited no more. The rest is nobody else's until `until`, and due
        again then. What others are looking at is passed over.
        """
        ...

    @abstractmethod
    def put_back(self, unanswered: Sequence[Unanswered]) -> None:
        """They stay awaited, as they are now: `told_at`, `again`, `due_at` and `lags`.

        Those that are awaited no more stay so.
        """
        ...

    @abstractmethod
    def close(self, unanswered: Sequence[Unanswered], *, answered: bool) -> None:
        """They are awaited no more; if `answered`, as if there were receipts."""
        ...

    @abstractmethod
    def forget_but(self, consumers: Collection[str]) -> int:
        """Await nothing of any others; how many it were."""
        ...

    @abstractmethod
    def counts(self) -> Sequence[AwaitedCount]:
        """By consumer, of those that owe a receipt."""
        ...
