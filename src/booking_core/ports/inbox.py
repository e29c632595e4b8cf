"""What each consumer was told: what it has done with it, and what waits for another try."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Protocol

from booking_core.domain.kernel.ids import BookingId, EventId, TenantId
from booking_core.ports.publisher import TOLD_AGAIN, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the inbox has to know of an event; `sequence` is None where its sender counts none.

    One that is `overdue` waits no longer for those before it, which are STALE from then on.
    """

    tenant_id: TenantId
    event_id: EventId
    booking_id: BookingId | None = None
    sequence: int | None = None
    overdue: bool = False


class Standing(StrEnum):
    """How an event stands with a consumer."""

    NEW = "new"  # It is its turn.
    DONE = "done"  # There is a receipt for it.
    STALE = "stale"  # A later one of its booking has been applied: its time is over.
    EARLY = "early"  # One before it, of its booking, has not been applied yet.


RECEIPTED = frozenset({Standing.NEW, Standing.STALE})


def standings(
    told: Sequence[Told],
    done: Set[tuple[TenantId, EventId]],
    applied: Mapping[tuple[TenantId, BookingId], int],
    *,
    in_order: bool,
) -> Sequence[Standing]:
    """How each stands after those before it, where these are done and so far are the bookings."""
    done, applied = set(done), dict(applied)
    return [_standing(each, done, applied, in_order=in_order) for each in told]


def _standing(
    told: Told,
    done: set[tuple[TenantId, EventId]],
    applied: dict[tuple[TenantId, BookingId], int],
    *,
    in_order: bool,
) -> Standing:
    event = (told.tenant_id, told.event_id)
    if event in done:
        return Standing.DONE
    if in_order and told.booking_id is not None and told.sequence is not None:
        booking = (told.tenant_id, told.booking_id)
        last = applied.get(booking, 0)
        if told.sequence > last + 1 and not told.overdue:
            return Standing.EARLY
        done.add(event)
        if told.sequence <= last:
            return Standing.STALE
        applied[booking] = told.sequence
    done.add(event)
    return Standing.NEW


TOO_EARLY = "too-early"  # The code of a letter whose message is waiting for one before it.


class LetterState(StrEnum):
    """What becomes of a message that could not be applied."""

    WAITING = "waiting"  # For its next try.
    DEAD = "dead"  # For a person.


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLetter:
    """A message to be kept: due for a try at that moment, or dead at once where `due_at` is None.

    `code` and `cause` say why it is kept: an error's code, and its sentence.
    """

    consumer: str
    message: Message
    attempts: int
    due_at: datetime | None
    code: str
    cause: str
    at: datetime

    @property
    def identity(self) -> str:
        """Its message's."""
        return identity_of(self.message)


def identity_of(message: Message) -> str:
    """The same for the same message, however often it is delivered, or told again.

    Headers belong to it: a forged copy without a signature must not pass for the genuine one.
    """
    headers = sorted(item for item in message.headers.items() if item[0] != TOLD_AGAIN)
    # JSON says itself where it ends: nothing of the body can pass for a header.
    words = [message.topic, message.key, headers]
    digest = blake2b(json.dumps(words).encode(), digest_size=16)
    digest.update(message.body)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A kept message; `id` rises with every one that is kept. `due_at` is None where it is dead.

    `first_at` is when it was kept, or replayed, `last_at` when it was claimed last, or kept.
    """

    id: int
    consumer: str
    message: Message
    state: LetterState
    attempts: int
    due_at: datetime | None
    code: str
    cause: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A claimed letter that was not settled: it waits until `due_at`, or is dead without that."""

    letter: int
    due_at: datetime | None
    attempts: int
    code: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterCount:
    """How many letters a consumer has, and when the first of the waiting ones was due."""

    consumer: str
    waiting: int
    dead: int
    oldest_due: datetime | None


class Reception(Protocol):
    """One transaction of one consumer: receipts and effects become durable together."""

    @property
    @abstractmethod
    def connection(self) -> Any:
        """The storage's own: what is written by it is part of the transaction."""
        ...

    @abstractmethod
    def take(self, told: Sequence[Told], *, in_order: bool) -> Sequence[Standing]:
        """How each stands, in turn; those that are NEW, or STALE, have a receipt from now on.

        The first of a booking has the sequence 1. Without `in_order` nothing is STALE or EARLY. Of
        several of one booking each is judged after those before it. Another transaction that takes
        the same is waited for.
        """
        ...

    @abstractmethod
    def settle(self, letters: Collection[int]) -> None:
        """These letters are done with, and gone."""
        ...


class Inbox(Protocol):
    """Contract: tests/contract/test_inbox.py, run over every storage. Raises Busy like all storage.

    Whatever is given by `claim` is nobody else's until the instant that was asked for.
    """

    @abstractmethod
    def look(self, consumer: str, told: Sequence[Told], *, in_order: bool) -> Sequence[Standing]:
        """What `take` would say, without a receipt; NotFound for a tenant that does not exist."""
        ...

    @abstractmethod
    def together(self, consumer: str, now: datetime) -> AbstractContextManager[Reception]:
        """A transaction: durable when the context is left, undone when an error leaves it."""
        ...

    @abstractmethod
    def keep(self, letters: Sequence[NewLetter]) -> None:
        """Keep these. One that its consumer has already (by `identity`) stays as it stands."""
        ...

    @abstractmethod
    def keeps(self, consumer: str, identities: Collection[str]) -> Set[str]:
        """Those of which it has a letter, waiting or dead."""
        ...

    @abstractmethod
    def claim(
        self, consumer: str, now: datetime, until: datetime, most: int, *, early: bool | None = None
    ) -> Sequence[Letter]:
        """Waiting letters that are due, the longest due first; each attempt is counted, durably.

        They come with that attempt counted, and are due again at `until`: whoever dies over one has
        used up an attempt. `early`: only those that are TOO_EARLY and of which no attempt was
        counted, or only the others; both where it is None.
        """
        ...

    @abstractmethod
    def put_back(self, letters: Sequence[Returned]) -> None:
        """They wait for another try, or are dead. A settled one stays gone, a dead one as it is."""
        ...

    @abstractmethod
    def letters(
        self, consumer: str | None, state: LetterState, *, after: int = 0, most: int = 100
    ) -> Sequence[Letter]:
        """Those whose ids are larger than `after`, by id; of every consumer where it is None."""
        ...

    @abstractmethod
    def letter(self, letter: int) -> Letter:
        """One of them, or NotFound."""
        ...

    @abstractmethod
    def replay(self, letters: Collection[int], now: datetime) -> int:
        """Dead letters wait again as if kept now, under their ids; how many were dead.

        They are due at once, no attempt is counted, and `first_at` is now.
        """
        ...

    @abstractmethod
    def drop(self, letters: Collection[int]) -> int:
        """Forget dead letters for good; how many were dead."""
        ...

    @abstractmethod
    def counts(self) -> Sequence[LetterCount]:
        """By consumer, of those that have letters."""
        ...

    @abstractmethod
    def forget_receipts(self, before: datetime, most: int) -> int:
        """Purge at most so many receipts that are older; how many it were.

        Positions of bookings stay: what comes after that is still told to be stale.
        """
        ...
