"""On which terms something is sold, on the wire."""

from __future__ import annotations

from typing import Annotated

import msgspec

from booking_core.domain.catalogue.offer import Offer, OnPaymentFailure, Per
from booking_core.domain.kernel.cancellation_policy import CancellationPolicy, RefundTier
from booking_core.domain.kernel.money import LARGEST_MINOR
from booking_http.amounts import Amount, shown
from booking_http.instants import duration, shown_duration
from booking_http.strict_body import Body
from booking_http.texts import Duration, Text


class Tier(Body, frozen=True, kw_only=True):
    """At this much notice or more, this share (10000 is all of it) comes back, less a fee."""

    notice: Duration
    share_bp: Annotated[int, msgspec.Meta(ge=0, le=10_000)]
    fee_minor: Annotated[int, msgspec.Meta(ge=0, le=LARGEST_MINOR)] = 0

    @classmethod
    def of(cls, tier: RefundTier) -> Tier:
        return cls(
            notice=shown_duration(tier.notice), share_bp=tier.share_bp, fee_minor=tier.fee_minor
        )

    def tier(self) -> RefundTier:
        """What it means, or InvalidInput."""
        notice = duration("offer.cancellation.notice", self.notice)
        return RefundTier(notice=notice, share_bp=self.share_bp, fee_minor=self.fee_minor)


class OfferTerms(Body, frozen=True, kw_only=True):
    """Price per unit (none: nothing is due), approval, hold, payment and cancellation.

    `cancellation` lists tiers, longest notice first; with less than the shortest nothing comes
    back.
    """

    price: Amount | None = None
    per: Per = Per.BOOKING
    needs_approval: bool = False
    approval_within: Duration = "PT24H"
    hold_for: Duration = "PT10M"
    on_payment_failure: OnPaymentFailure = OnPaymentFailure.KEEP_HOLD
    attempts_max: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3
    release_on_no_show: bool = False
    cancellation: tuple[Tier, ...] = (Tier(notice="PT0S", share_bp=10_000),)
    text: Text = ""

    @classmethod
    def of(cls, offer: Offer) -> OfferTerms:
        return cls(
            price=shown(offer.price),
            per=offer.per,
            needs_approval=offer.needs_approval,
            approval_within=shown_duration(offer.approval_within),
            hold_for=shown_duration(offer.hold_for),
            on_payment_failure=offer.on_payment_failure,
            attempts_max=offer.attempts_max,
            release_on_no_show=offer.release_on_no_show,
            cancellation=tuple(map(Tier.of, offer.cancellation.tiers)),
            text=offer.text,
        )

    def offer(self) -> Offer:
        """What they mean, or InvalidInput."""
        return Offer(
            price=None if self.price is None else self.price.money(),
            per=self.per,
            needs_approval=self.needs_approval,
            approval_within=duration("offer.approvalWithin", self.approval_within),
            hold_for=duration("offer.holdFor", self.hold_for),
            on_payment_failure=self.on_payment_failure,
            attempts_max=self.attempts_max,
            release_on_no_show=self.release_on_no_show,
            cancellation=CancellationPolicy(tiers=tuple(tier.tier() for tier in self.cancellation)),
            text=self.text,
        )
