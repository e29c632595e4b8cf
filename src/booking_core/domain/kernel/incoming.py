"""What a message tells, whoever sent it, and why one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.domain.kernel.events import Json
from booking_core.domain.kernel.ids import BookingId, CorrelationId, EventId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One fact, in our own words: `type` and the names in `data` are those of our events.

    Of another system's message `data` holds what it told and no more: `sequence` is then None,
    `booking_id` is as that system knows it, and `at` is None where its format has no time.
    """

    event_id: EventId
    type: str
    tenant_id: TenantId
    booking_id: BookingId | None
    data: Mapping[str, Json]
    sequence: int | None = None
    at: datetime | None = None
    correlation_id: CorrelationId | None = None
    causation_id: EventId | None = None
    schema_version: int = 1


@dataclass(eq=False)
class UntrustedMessage(BookingError):
    """The message's signature is {reason}"""

    code = "untrusted-message"
    kind = Kind.UNAUTHENTICATED
    reason: str


@dataclass(eq=False)
class UnreadableMessage(BookingError):
    """The message cannot be read: {reason}"""

    code = "unreadable-message"
    kind = Kind.INVALID
    reason: str


@dataclass(eq=False)
class UnknownMessage(BookingError):
    """Nobody here knows a {type} of version {version}"""

    # Told apart from what cannot be read: a newer release may know it, so it is worth keeping.

    code = "unknown-message"
    kind = Kind.MISSING
    type: str
    version: int


@dataclass(eq=False)
class WrongMessage(BookingError):
    """The field {field} of the message must be {expected}"""

    code = "wrong-message"
    kind = Kind.INVALID
    field: str  # Its path on the wire, such as data.items[0].start.
    expected: str


@dataclass(eq=False)
class OversizedMessage(BookingError):
    """The event {event_id} takes {size_bytes} bytes, more than {size_bytes_max}"""

    code = "oversized-message"
    kind = Kind.INVALID
    event_id: str
    size_bytes: int
    size_bytes_max: int
