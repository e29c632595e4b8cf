"""What the houses of the demo have in common."""

from __future__ import annotations

from datetime import timedelta

from booking_core.domain.kernel.cancellation_policy import CancellationPolicy, RefundTier
from booking_core.domain.kernel.ids import DEFAULT_TENANT, ProviderId
from booking_core.domain.kernel.money import Money

TENANT = DEFAULT_TENANT
PROVIDER = ProviderId("riverside")
CUSTOMER = "ada"
ZONE = "Europe/Paris"

UNTIL_THE_DAY_BEFORE = CancellationPolicy(
    tiers=(
        RefundTier(notice=timedelta(hours=24), share_bp=10_000),
        RefundTier(notice=timedelta(hours=2), share_bp=5_000),
    )
)


def euros(whole: int, cents: int = 0) -> Money:
    """So many euros."""
    return Money(whole * 100 + cents, "EUR")
