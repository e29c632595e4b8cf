"""What happened and has not been told yet."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import BookingId
from booking_core.ports.awaited import Awaiting

SHARDS = 64
BACKLOG_MAX = 1_000_000


def shard_of(booking_id: BookingId) -> int:
    """Which of the 64 shards a booking's events are in: the last six bits of its id.

    They are random in a UUID of any version, and any database can compute them.
    """
    return int(booking_id[-2:], 16) % SHARDS


@dataclass(frozen=True, slots=True)
class Unsent:
    """An event that no broker has confirmed, by its place in the outbox."""

    position: int
    event: DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How much waits to be told, and since when; `count` stops at BACKLOG_MAX."""

    count: int
    oldest: datetime | None


class Outbox(Protocol):
    """Events are written with the change that they tell of.

    Contract: tests/contract/test_outbox.py, run over every storage.
    """

    @abstractmethod
    def unsent(
        self, shards: Collection[int], most: int, but: Collection[int] = ()
    ) -> Sequence[Unsent]:
        """The first so many of these shards' unsent events, in the order of their commits.

        Of one booking always the earliest first, and never one whose elder is unsent and left out;
        except for those at the positions `but`, which whoever asks has in hand.
        """
        ...

    @abstractmethod
    def mark_sent(
        self, positions: Collection[int], at: datetime, awaiting: Awaiting | None = None
    ) -> None:
        """A broker has these; marking one twice is harmless.

        With `awaiting`, receipts are awaited of those that are marked by this: both or neither.
        """
        ...

    @abstractmethod
    def backlog(self) -> Backlog:
        """Of all shards; `oldest` is when the first of them happened."""
        ...
