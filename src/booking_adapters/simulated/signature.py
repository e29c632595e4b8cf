"""Signatures over a webhook's raw bytes: HMAC-SHA256 over "timestamp.body"."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from booking_core.domain.kernel.span import EPOCH
from booking_core.ports.payment_webhook import SignatureRefused

TOLERANCE = timedelta(seconds=300)
SECOND = timedelta(seconds=1)
_HEADER = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def sign(secret: bytes, timestamp: int, body: bytes) -> str:
    """The header's value; `timestamp` in whole seconds since 1970."""
    return f"t={timestamp},v1={_digest(secret, timestamp, body)}"


def verify(header: str | None, body: bytes, *, secrets: Sequence[bytes], now: datetime) -> None:
    """SignatureRefused unless one of the secrets signed this body within 300 seconds of now."""
    if header is None:
        raise SignatureRefused("missing")
    told = _HEADER.fullmatch(header)
    if told is None:
        raise SignatureRefused("malformed")
    timestamp, digest = int(told[1]), told[2]
    # All of them are tried, and each in constant time: how long it takes tells nothing.
    right = [hmac.compare_digest(digest, _digest(secret, timestamp, body)) for secret in secrets]
    if not any(right):
        raise SignatureRefused("wrong")
    # Judged last, so that a forger learns nothing of our clock.
    if abs(seconds_since_1970(now) - timestamp) > TOLERANCE // SECOND:
        raise SignatureRefused("outdated")


def seconds_since_1970(instant: datetime) -> int:
    """Whole seconds, rounded down."""
    return (instant - EPOCH) // SECOND


def _digest(secret: bytes, timestamp: int, body: bytes) -> str:
    return hmac.digest(secret, b"%d." % timestamp + body, "sha256").hex()
