"""The terms a booking was made on: copied when it is made, and decisive ever after."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256

from booking_core.domain.kernel.cancellation_policy import CancellationPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was offered and accepted, apart from the price, which rescheduling may change."""

    zone: str
    cancellation: CancellationPolicy
    hold_for: timedelta
    attempts_max: int
    releases_on_payment_failure: bool
    releases_on_no_show: bool
    text: str

    @property
    def hash(self) -> str:
        """SHA-256 of their canonical JSON: two bookings with one hash have the same terms."""
        return _written(self)[1]

    def canonical(self) -> str:
        """The same JSON text for the same terms, whatever the platform."""
        return _written(self)[0]

    def written(self) -> tuple[str, str]:
        """Both, `canonical` and `hash`."""
        return _written(self)


@lru_cache(maxsize=4096)
def _written(terms: Terms) -> tuple[str, str]:
    text = json.dumps(
        {
            "zone": terms.zone,
            "tiers": [
                [tier.notice // timedelta(microseconds=1), tier.share_bp, tier.fee_minor]
                for tier in terms.cancellation.tiers
            ],
            "holdForMicroseconds": terms.hold_for // timedelta(microseconds=1),
            "attemptsMax": terms.attempts_max,
            "releasesOnPaymentFailure": terms.releases_on_payment_failure,
            "releasesOnNoShow": terms.releases_on_no_show,
            "text": terms.text,
        },
        separators=(",", ":"),
        sort_keys=True,
        ensure_ascii=False,
    )
    return text, sha256(text.encode()).hexdigest()
