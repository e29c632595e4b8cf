"""Expire holds whose time is over, in batches or by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from booking_core.application.caller import system
from booking_core.application.new_ids import NewIds
from booking_core.domain.booking.lifecycle import BOOKING_LIFECYCLE, BookingTrigger
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import BookingId, CorrelationId, EventId, TenantId
from booking_core.ports.booking_repository import BookingRepository, OverdueHold
from booking_core.ports.clock import Clock
from booking_core.ports.unit_of_work import Lapse, UnitOfWork

BATCH = 1000
REASON = "hold_lapsed"
ACTOR = system().label


@dataclass(frozen=True, slots=True, kw_only=True)
class LapseHolds:
    """Nothing waits for this: an overdue hold blocks nobody. It tells, and tidies up."""

    unit_of_work: UnitOfWork
    bookings: BookingRepository
    clock: Clock
    ids: NewIds

    def __call__(self, batch: int = BATCH) -> int:
        """Expire at most one batch, longest overdue first; how many were expired."""
        if not 1 <= batch <= 10_000:
            raise InvalidInput("batch", "1 to 10000 holds")
        now = self.clock.now()
        return self._lapse(self.bookings.overdue(now, batch))

    def these(self, tenant_id: TenantId, booking_ids: Sequence[BookingId]) -> int:
        """Expire those of the bookings that are overdue holds."""
        now = self.clock.now()
        dossiers = self.bookings.get_many(tenant_id, booking_ids)
        return self._lapse(
            [
                OverdueHold(
                    tenant_id=tenant_id,
                    booking_id=booking.id,
                    state=booking.state,
                    version=booking.version,
                    sequence=booking.sequence,
                )
                for booking in (dossier.booking for dossier in dossiers)
                if booking.is_held and booking.is_overdue(now)
            ]
        )

    def _lapse(self, holds: Sequence[OverdueHold]) -> int:
        if not holds:
            return 0
        now = self.clock.now()
        correlation = CorrelationId(self.ids.one())
        lapses = []
        for hold in holds:
            event = DomainEvent(
                event_id=EventId(self.ids.one()),
                type="booking.expired",
                tenant_id=hold.tenant_id,
                booking_id=hold.booking_id,
                sequence=hold.sequence + 1,
                at=now,
                correlation_id=correlation,
                actor=ACTOR,
                data={"bookingId": hold.booking_id, "reason": REASON},
            )
            state = BOOKING_LIFECYCLE.after(hold.state, BookingTrigger.EXPIRE)
            lapses.append(Lapse(hold=hold, state=state, reason_code=REASON, event=event))
        return self.unit_of_work.lapse(lapses, now)
