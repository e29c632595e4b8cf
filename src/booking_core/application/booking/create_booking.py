"""Hold what a customer wants, or confirm it at once where nothing is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking_core.application.booking.choose_items import ChooseItems, Chosen
from booking_core.application.booking.facts import booking_facts
from booking_core.application.booking.line import Line
from booking_core.application.booking.make_way import MakeWay
from booking_core.application.caller import Caller
from booking_core.application.once import Once, Outcome, Turn
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.ids import BookingId, CustomerId, named
from booking_core.ports.unit_of_work import HoldLimit

# By the state that a booking begins in.
TOLD = {
    BookingState.PENDING: ("booking.created",),
    BookingState.PENDING_CONFIRMATION: ("booking.created", "booking.approval_requested"),
    BookingState.CONFIRMED: ("booking.created", "booking.confirmed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBooking:
    """Book all of these lines for the customer, or none."""

    customer_id: CustomerId
    items: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBookingHandler:
    """For the customer, or for whoever books on their behalf."""

    once: Once
    choose_items: ChooseItems
    make_way: MakeWay

    def __call__(self, command: CreateBooking, by: Caller, key: str | None = None) -> Outcome:
        """The booking, held or confirmed; refused by the rules, by Taken, or by TooManyHolds."""
        by.buy_for(command.customer_id)
        named("customerId", command.customer_id)
        return self.once(command, by, key, lambda turn: self._draft(command, turn))

    def _draft(self, command: CreateBooking, turn: Turn) -> None:
        draft = turn.draft
        chosen = self.choose_items(command.items, turn)
        state, expires_at = _begins(chosen, draft.now)
        told = TOLD[state]
        booking = Booking(
            tenant_id=draft.by.tenant_id,
            id=BookingId(draft.ids.one()),
            code=draft.ids.code(),
            customer_id=command.customer_id,
            provider_id=chosen.provider_id,
            state=state,
            items=chosen.items,
            price=chosen.price,
            terms=chosen.terms,
            created_at=draft.now,
            expires_at=expires_at,
            version=1,
            sequence=len(told),
        )
        page = draft.new(booking)
        facts = booking_facts(booking)
        for type in told:
            page.tell(
                type, facts | {"code": booking.code} if type == "booking.confirmed" else facts
            )
        draft.judged_by += chosen.judged_by
        draft.retries_when_taken = chosen.contended
        if booking.is_held:
            draft.hold_limits += (
                HoldLimit(customer_id=command.customer_id, resource_id=id, holds_max=most)
                for id, most in chosen.hold_limits
            )
        self.make_way(chosen.moves, draft)


def _begins(chosen: Chosen, now: datetime) -> tuple[BookingState, datetime | None]:
    if chosen.offer.needs_approval:
        return BookingState.PENDING_CONFIRMATION, now + chosen.offer.approval_within
    if chosen.price is not None:
        return BookingState.PENDING, now + chosen.offer.hold_for
    return BookingState.CONFIRMED, None
