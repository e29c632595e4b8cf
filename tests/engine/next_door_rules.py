"""Next door is another tenant, where everything has the same name."""

from __future__ import annotations

from hypothesis.stateful import precondition, rule

from booking_core.application.booking.cancel_booking import CancelBooking
from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.booking.line import Line
from booking_core.application.caller import Caller
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import BookingId, CustomerId, ResourceId
from tests.engine.driven import (
    NEXT_DOORS_ANN,
    NEXT_DOORS_OFFICE,
    NEXT_DOORS_OWNER,
    Driven,
    picked,
)
from tests.engine.making_rules import HOLD
from tests.engine.model import Part, Stay
from tests.engine.violated import Promise, must
from tests.engine.wishes import next_door, whichever
from tests.unit.application.house import ANN, OFFICE


class NextDoorRules(Driven):
    """Its rooms are free while ours are taken, its keys are its own, and it sees nothing of us."""

    @rule(wanted=next_door)
    def create_next_door(self, wanted: Part) -> None:
        can = wanted.start >= self.model.now and self.next_door.fits([wanted])
        line = Line(resource_id=ResourceId(wanted.resource), start=wanted.start, end=wanted.end)
        command = CreateBooking(customer_id=CustomerId(NEXT_DOORS_ANN.id), items=(line,))
        done = self.attempt(self.engine.create_booking, command, NEXT_DOORS_ANN, can=can)
        if done is not None:
            id, now = done.dossier.booking.id, self.model.now
            known = id in self.model.stays or id in self.next_door.stays
            must(not known, Promise.TENANTS_ARE_APART, f"{id} is another booking")
            self.next_door.stays[id] = Stay(
                id,
                NEXT_DOORS_ANN,
                (wanted,),
                now + HOLD,
                wanted.price,
                gives_all_back=False,
                created=now,
            )

    @precondition(lambda self: self.next_door.stays)
    @rule(which=whichever)
    def cancel_next_door(self, which: int) -> None:
        stay = picked(self.next_door.stays.values(), which, lambda it: it.may("cancel"))
        can = stay.may("cancel") and self.model.now < stay.end
        command = CancelBooking(booking_id=BookingId(stay.id))
        if self.attempt(self.engine.cancel_booking, command, stay.by, can=can) is not None:
            stay.move("cancel")

    @precondition(lambda self: self.model.stays or self.next_door.stays)
    @rule(which=whichever)
    def visit(self, which: int) -> None:
        """A booking of the others looks as if it did not exist, whatever one is called here."""
        if self.model.stays:
            for by in (NEXT_DOORS_ANN, NEXT_DOORS_OWNER, NEXT_DOORS_OFFICE):
                self._is_not_found(BookingId(self.pick(which).id), by)
        if self.next_door.stays:
            for by in (ANN, OFFICE):
                self._is_not_found(BookingId(picked(self.next_door.stays.values(), which).id), by)

    def _is_not_found(self, id: BookingId, by: Caller) -> None:
        for act, wish in (
            (self.engine.read_bookings.one, id),
            (self.engine.cancel_booking, CancelBooking(booking_id=id)),
        ):
            answer, refusal = self.ask(act, wish, by)
            must(isinstance(refusal, NotFound), Promise.TENANTS_ARE_APART, answer or refusal)
