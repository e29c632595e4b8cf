"""On which terms something is sold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from booking_core.domain.kernel.cancellation_policy import FULL_REFUND, CancellationPolicy
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.money import Money

HOLD_LONGEST = timedelta(minutes=60)


class Per(StrEnum):
    """What one price buys; of hours and days, begun ones count."""

    BOOKING = "booking"
    HOUR = "hour"
    DAY = "day"


class OnPaymentFailure(StrEnum):
    """What becomes of the hold when a payment fails for good."""

    KEEP_HOLD = "keep_hold"  # Until it expires, for so many attempts.
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Price per unit (None: nothing is due), approval, hold, failure and cancellation."""

    price: Money | None = None
    per: Per = Per.BOOKING
    needs_approval: bool = False
    approval_within: timedelta = timedelta(hours=24)
    hold_for: timedelta = timedelta(minutes=10)
    on_payment_failure: OnPaymentFailure = OnPaymentFailure.KEEP_HOLD
    attempts_max: int = 3
    release_on_no_show: bool = False
    cancellation: CancellationPolicy = FULL_REFUND
    text: str = ""

    def __post_init__(self) -> None:
        if self.price is not None and self.price.amount_minor < 0:
            raise InvalidInput("price", "zero or more")
        if not timedelta(minutes=1) <= self.hold_for <= HOLD_LONGEST:
            raise InvalidInput("holdFor", "1 to 60 minutes")
        if not timedelta(minutes=1) <= self.approval_within <= timedelta(days=30):
            raise InvalidInput("approvalWithin", "1 minute to 30 days")
        if type(self.attempts_max) is not int or not 1 <= self.attempts_max <= 20:
            raise InvalidInput("attemptsMax", "1 to 20 attempts")
        if len(self.text) > 2000:
            raise InvalidInput("text", "at most 2000 characters")

    def price_of(self, duration: timedelta, units: int) -> Money | None:
        """What so many units cost for so long."""
        if self.price is None:
            return None
        return self.price.times(units * self._periods(duration))

    def _periods(self, duration: timedelta) -> int:
        if self.per is Per.BOOKING:
            return 1
        one = timedelta(hours=1) if self.per is Per.HOUR else timedelta(days=1)
        return -(-duration // one)


FREE = Offer()
