"""Names of things. Opaque strings: the engine makes UUIDv7s, a host may bring its own."""

from __future__ import annotations

import re
from typing import NewType

from booking_core.domain.kernel.errors import InvalidInput

TenantId = NewType("TenantId", str)
ProviderId = NewType("ProviderId", str)
CustomerId = NewType("CustomerId", str)
ResourceId = NewType("ResourceId", str)
UnitId = NewType("UnitId", str)
ServiceId = NewType("ServiceId", str)
PerformanceId = NewType("PerformanceId", str)
BookingId = NewType("BookingId", str)
BlockId = NewType("BlockId", str)
PaymentId = NewType("PaymentId", str)
RefundId = NewType("RefundId", str)
EventId = NewType("EventId", str)
CorrelationId = NewType("CorrelationId", str)

DEFAULT_TENANT = TenantId("default")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:|@+-]{0,127}")


def named(field: str, text: str) -> str:
    """The text itself if it can be the name of a thing, else InvalidInput.

    Letters, digits and ``._:|@+-``, beginning with a letter or digit, at most 128: what fits
    into a URL, a log line and a routing key without being escaped.
    """
    if type(text) is not str or not _NAME.fullmatch(text):
        raise InvalidInput(field, "1 to 128 letters, digits or ._:|@+-")
    return text


def uuid7(unix_ms: int, random_bits: int) -> str:
    """A version 7 UUID (RFC 9562 §5.7) from a time in milliseconds and 74 random bits."""
    high = unix_ms << 16 | 0x7000 | random_bits >> 62 & 0xFFF
    low = 1 << 63 | random_bits & (1 << 62) - 1
    return _written(high, low)


def uuid8(bits: int) -> str:
    """A version 8 UUID (RFC 9562 §5.8): 122 bits of whatever its maker chooses."""
    high = bits >> 74 << 16 & (1 << 64) - 1 | 0x8000 | bits >> 62 & 0xFFF
    low = 1 << 63 | bits & (1 << 62) - 1
    return _written(high, low)


def _written(high: int, low: int) -> str:
    digits = f"{high << 64 | low:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
