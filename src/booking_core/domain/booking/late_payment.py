"""What a completed payment does, by the state in which it finds the booking (SPEC §4)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from booking_core.domain.booking.lifecycle import BookingState


class Verdict(StrEnum):
    """What becomes of the money, and of the booking with it."""

    CONFIRM = "confirm"  # Overdue or not, as long as its claims are live.
    REINSTATE_OR_REFUND = "reinstate or refund"
    REFUND = "refund"


S = BookingState

ON_PAYMENT: Mapping[BookingState, Verdict] = {
    S.PENDING: Verdict.CONFIRM,
    S.PENDING_CONFIRMATION: Verdict.CONFIRM,
    S.EXPIRED: Verdict.REINSTATE_OR_REFUND,
    S.FAILED: Verdict.REINSTATE_OR_REFUND,
    S.CANCELLED: Verdict.REFUND,
    S.REJECTED: Verdict.REFUND,
    # Paid already, by another payment: what is not due any more goes back.
    S.CONFIRMED: Verdict.REFUND,
    S.COMPLETED: Verdict.REFUND,
    S.NO_SHOW: Verdict.REFUND,
}
