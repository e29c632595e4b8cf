"""Open a booking that somebody may see, in the version they expect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking_core.application.caller import Caller
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.domain.kernel.ids import BookingId
from booking_core.ports.booking_repository import BookingRepository, Dossier


@dataclass(eq=False)
class VersionMismatch(BookingError):
    """The booking is at version {actual}, not {expected}"""

    code = "version-mismatch"
    kind = Kind.STALE
    expected: int
    actual: int


@dataclass(eq=False)
class HoldLapsed(BookingError):
    """The hold ended at {expires_at}"""

    code = "hold-lapsed"
    kind = Kind.CONFLICT
    expires_at: str


def require_hold(booking: Booking, now: datetime) -> None:
    """HoldLapsed if it is an overdue hold: it is over, whether a sweeper has been there or not."""
    if booking.is_overdue(now):
        raise HoldLapsed(str(booking.expires_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBooking:
    """Where every act on a booking begins: a foreign one looks exactly like a missing one."""

    bookings: BookingRepository

    def __call__(
        self, booking_id: BookingId, by: Caller, expected_version: int | None = None
    ) -> Dossier:
        """The dossier, or NotFound, or VersionMismatch."""
        dossier = by.see(self.bookings.get(by.tenant_id, booking_id))
        version = dossier.booking.version
        if expected_version is not None and version != expected_version:
            raise VersionMismatch(expected_version, version)
        return dossier

    def as_provider(
        self, booking_id: BookingId, by: Caller, expected_version: int | None = None
    ) -> Dossier:
        """The same for an act that is the provider's, or Forbidden."""
        return by.sell(self(booking_id, by, expected_version))
