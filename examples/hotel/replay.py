"""Take what happened to the engine, act by act, as a hotel's own software would."""

from __future__ import annotations

from dataclasses import dataclass, field

from booking_adapters.memory.clock import ManualClock
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_core.application.booking.cancel_booking import CancelBooking
from booking_core.application.booking.check_in_booking import CheckInBooking
from booking_core.application.booking.complete_booking import CompleteBooking
from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.booking.line import Line
from booking_core.application.booking.mark_no_show import MarkNoShow
from booking_core.application.caller import Caller, customer
from booking_core.application.payment.start_payment import StartPayment
from booking_core.domain.availability.refusals import AgainstTheRules
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.ids import BookingId, CustomerId
from booking_core.engine import BookingEngine
from booking_core.ports.unit_of_work import Taken
from hotel.catalogue import Catalogue
from hotel.stay import Stay
from hotel.timeline import CHECK_IN_FROM, CHECK_OUT_UNTIL, Act, Happening, instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Refusals to book are noted; any other refusal is an error, of the engine or of this file.

    What is refused has no further acts. Guests cancel their own bookings, at the policy's terms.
    """

    engine: BookingEngine
    clock: ManualClock
    payments: SimulatedGateway
    catalogue: Catalogue
    hotelier: Caller
    booked: dict[int, BookingId] = field(default_factory=dict)
    refused: list[tuple[Stay, BookingError]] = field(default_factory=list)

    def __call__(self, happening: Happening) -> None:
        """Let it happen, at its time."""
        self.clock.set(happening.at)
        stay = happening.stay
        if happening.act is Act.BOOK:
            self._book(stay)
        elif stay.row in self.booked:
            self._carry_on(happening.act, stay, self.booked[stay.row])

    def _book(self, stay: Stay) -> None:
        guest = self._guest(stay)
        line = Line(
            service_id=self.catalogue.rate(stay),
            start=instant(stay.arrival, CHECK_IN_FROM),
            end=instant(stay.departure, CHECK_OUT_UNTIL),
        )
        command = CreateBooking(customer_id=CustomerId(guest.id), items=(line,))
        try:
            outcome = self.engine.create_booking(command, guest)
        except (Taken, AgainstTheRules) as refusal:
            self.refused.append((stay, refusal))
            return
        booking = outcome.dossier.booking
        self.booked[stay.row] = booking.id
        self._pay(booking, guest)

    def _pay(self, booking: Booking, guest: Caller) -> None:
        """At the provider, who tells the engine; a rate of nothing leaves nothing to pay."""
        if booking.price is not None:
            self.engine.start_payment(StartPayment(booking_id=booking.id), guest)
            self.payments.deliver_due(self.engine.apply_callback)

    def _carry_on(self, act: Act, stay: Stay, id: BookingId) -> None:
        engine, hotelier = self.engine, self.hotelier
        match act:
            case Act.CANCEL | Act.CANCEL_AT_ONCE:
                engine.cancel_booking(CancelBooking(booking_id=id), self._guest(stay))
                self.payments.deliver_due(engine.apply_callback)
            case Act.CHECK_IN:
                engine.check_in_booking(CheckInBooking(booking_id=id), hotelier)
            case Act.CHECK_OUT | Act.CHECK_OUT_AT_ONCE:
                engine.complete_booking(CompleteBooking(booking_id=id), hotelier)
            case Act.MARK_NO_SHOW:
                engine.mark_no_show(MarkNoShow(booking_id=id), hotelier)

    def _guest(self, stay: Stay) -> Caller:
        """Nobody in the file has a name: each row is a guest of its own."""
        return customer(f"guest-{stay.row}", self.hotelier.tenant_id)
