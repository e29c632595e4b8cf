"""What a cancellation gives back: tiers of notice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.money import Money

BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTier:
    """At this much notice or more, this share (in basis points) comes back, less a fee."""

    notice: timedelta
    share_bp: int
    fee_minor: int = 0

    def __post_init__(self) -> None:
        if self.notice < timedelta(0):
            raise InvalidInput("notice", "zero or more")
        if type(self.share_bp) is not int or not 0 <= self.share_bp <= BASIS_POINTS:
            raise InvalidInput("shareBp", "0 to 10000 basis points")
        if type(self.fee_minor) is not int or self.fee_minor < 0:
            raise InvalidInput("feeMinor", "zero or more minor units")


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationPolicy:
    """Tiers of notice, longest first; with less notice than the shortest nothing comes back."""

    tiers: tuple[RefundTier, ...]

    def __post_init__(self) -> None:
        notices = [tier.notice for tier in self.tiers]
        if len(self.tiers) > 10 or notices != sorted(set(notices), reverse=True):
            raise InvalidInput("tiers", "at most 10, each with less notice than the one before")

    def refund(self, paid: Money, notice: timedelta) -> Money:
        """What comes back of what was paid when so much time is left before the start."""
        for tier in self.tiers:
            if notice >= tier.notice:
                share = paid.share(Fraction(tier.share_bp, BASIS_POINTS))
                return Money(max(0, share.amount_minor - tier.fee_minor), paid.currency)
        return Money(0, paid.currency)


FULL_REFUND = CancellationPolicy(tiers=(RefundTier(notice=timedelta(0), share_bp=BASIS_POINTS),))
NO_REFUND = CancellationPolicy(tiers=())
