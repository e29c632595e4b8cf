"""The one table of a booking's legal moves (SPEC §4); the database's CHECK is made from it."""

from __future__ import annotations

from enum import StrEnum

from booking_core.domain.kernel.lifecycle import Lifecycle


class BookingState(StrEnum):
    """Every terminal state keeps a reason code."""

    PENDING = "PENDING"  # Held, unpaid.
    PENDING_CONFIRMATION = "PENDING_CONFIRMATION"  # Held, awaits the provider.
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"
    REJECTED = "REJECTED"
    COMPLETED = "COMPLETED"
    NO_SHOW = "NO_SHOW"


class BookingTrigger(StrEnum):
    """What can happen to a booking after it was made."""

    PAY = "pay"
    APPROVE = "approve"  # Nothing is due.
    APPROVE_UNPAID = "approve unpaid"  # Money is due: a fresh hold.
    REJECT = "reject"
    EXTEND = "extend"
    FAIL = "fail"
    EXPIRE = "expire"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    REINSTATE = "reinstate"
    CHECK_IN = "check in"
    COMPLETE = "complete"
    NO_SHOW = "mark as no-show"


S, T = BookingState, BookingTrigger

BOOKING_LIFECYCLE = Lifecycle(
    name="booking",
    table={
        (S.PENDING, T.PAY): S.CONFIRMED,
        (S.PENDING, T.EXTEND): S.PENDING,
        (S.PENDING, T.FAIL): S.FAILED,
        (S.PENDING, T.EXPIRE): S.EXPIRED,
        (S.PENDING, T.CANCEL): S.CANCELLED,
        (S.PENDING, T.RESCHEDULE): S.PENDING,
        (S.PENDING_CONFIRMATION, T.PAY): S.CONFIRMED,
        (S.PENDING_CONFIRMATION, T.APPROVE): S.CONFIRMED,
        (S.PENDING_CONFIRMATION, T.APPROVE_UNPAID): S.PENDING,
        (S.PENDING_CONFIRMATION, T.REJECT): S.REJECTED,
        (S.PENDING_CONFIRMATION, T.EXPIRE): S.EXPIRED,
        (S.PENDING_CONFIRMATION, T.CANCEL): S.CANCELLED,
        (S.PENDING_CONFIRMATION, T.RESCHEDULE): S.PENDING_CONFIRMATION,
        (S.CONFIRMED, T.CANCEL): S.CANCELLED,
        (S.CONFIRMED, T.RESCHEDULE): S.CONFIRMED,
        (S.CONFIRMED, T.CHECK_IN): S.CONFIRMED,
        (S.CONFIRMED, T.COMPLETE): S.COMPLETED,
        (S.CONFIRMED, T.NO_SHOW): S.NO_SHOW,
        (S.EXPIRED, T.REINSTATE): S.CONFIRMED,
        (S.FAILED, T.REINSTATE): S.CONFIRMED,
    },
)

HOLDING = frozenset({S.PENDING, S.PENDING_CONFIRMATION})
LIVE = HOLDING | {S.CONFIRMED, S.COMPLETED, S.NO_SHOW}  # Their claims keep others out.
INITIAL = HOLDING | {S.CONFIRMED}
