"""All or nothing: a use case says what shall be, storage makes all of it so or none."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking_core.domain.availability.block import Block
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import (
    CustomerId,
    PerformanceId,
    ResourceId,
    ServiceId,
    TenantId,
)
from booking_core.domain.kernel.span import Span
from booking_core.domain.payment.account import Account
from booking_core.domain.payment.attempt import Attempt, Refund
from booking_core.domain.payment.ledger import Transfer
from booking_core.ports.booking_repository import OverdueHold
from booking_core.ports.idempotency import Answer


@dataclass(eq=False)
class StaleBooking(BookingError):
    """The booking {booking_id} was changed by somebody else meanwhile"""

    code = "stale-booking"
    kind = Kind.STALE
    booking_id: str


@dataclass(eq=False)
class StaleCatalogue(BookingError):
    """The {noun} {id} was changed by somebody else meanwhile"""

    code = "stale-catalogue"
    kind = Kind.STALE
    noun: str
    id: str


@dataclass(eq=False)
class Taken(BookingError):
    """The resource {resource_id} is not free in the wanted period"""

    code = "taken"
    kind = Kind.CONFLICT
    resource_id: str
    periods: tuple[Span, ...] = ()


@dataclass(eq=False)
class OverdueHoldsInTheWay(BookingError):
    """Holds whose time is over have still to be expired: {booking_ids}"""

    code = "overdue-holds-in-the-way"
    kind = Kind.BUSY
    booking_ids: tuple[str, ...]


@dataclass(eq=False)
class AlreadyAnswered(BookingError):
    """This request was answered before"""

    code = "already-answered"
    kind = Kind.CONFLICT


@dataclass(eq=False)
class TooManyHolds(BookingError):
    """A customer may have {holds_max} live holds on the resource {resource_id}"""

    code = "too-many-holds"
    kind = Kind.CONFLICT
    resource_id: str
    holds_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedBy:
    """Something of the catalogue, in the revision by which the change was judged."""

    noun: str  # "resource", "service" or "performance"
    id: ResourceId | ServiceId | PerformanceId
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLimit:
    """The customer may not have more live holds on the resource than this, the new one included."""

    customer_id: CustomerId
    resource_id: ResourceId
    holds_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A booking as it shall be, and what changed of its money.

    `booking.version` is one more than what must stand in storage; 1 means new. Storage also sets
    `held_until` of its live claims to `booking.expires_at`, and `pinned` if it is checked in.
    """

    booking: Booking
    account: Account
    attempts: tuple[Attempt, ...] = ()
    refunds: tuple[Refund, ...] = ()
    transfers: tuple[Transfer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What shall be true after the commit. Releases take effect before claims.

    `now` judges which holds are overdue. Released and claimed are whole claims; a released one
    must be live and the same booking's or block's still.
    """

    tenant_id: TenantId
    now: datetime
    saved: tuple[Saved, ...] = ()
    released: tuple[Claim, ...] = ()
    claimed: tuple[Claim, ...] = ()
    blocks: tuple[Block, ...] = ()
    events: tuple[DomainEvent, ...] = ()
    judged_by: tuple[JudgedBy, ...] = ()
    hold_limits: tuple[HoldLimit, ...] = ()
    answer: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """An overdue hold, the state it ends in and why, and the event that tells of it."""

    hold: OverdueHold
    state: BookingState
    reason_code: str
    event: DomainEvent


class UnitOfWork(Protocol):
    """Contract: tests/contract/test_unit_of_work.py, run over every storage."""

    @abstractmethod
    def commit(self, changes: Changes) -> None:
        """Make all of it durable, or nothing.

        Raises AlreadyAnswered before anything else, then StaleCatalogue (also where a claimed
        unit does not exist, any more or at all), StaleBooking (also where a released claim is not
        live), TooManyHolds, OverdueHoldsInTheWay (a claim is refused by holds that are overdue at
        `changes.now`), Taken (by claims that are not), Overdrawn, and Busy when storage cannot be
        reached: then nothing may be assumed, and the request may be repeated with its key.
        """
        ...

    @abstractmethod
    def lapse(self, lapses: Sequence[Lapse], now: datetime) -> int:
        """Expire overdue holds in one batch; those changed meanwhile are passed over.

        The same as committing each booking's EXPIRE. Returns how many were expired.
        """
        ...
