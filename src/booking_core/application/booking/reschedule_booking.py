"""Move a booking to another time or other units: the old claims go only if the new are had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking_core.application.booking.cancel_booking import cancelled_by
from booking_core.application.booking.choose_items import ChooseItems
from booking_core.application.booking.facts import booking_facts, items_facts
from booking_core.application.booking.line import Line, shifted
from booking_core.application.booking.make_way import MakeWay
from booking_core.application.booking.open_booking import OpenBooking, require_hold
from booking_core.application.booking.timing import require_not_begun
from booking_core.application.caller import Caller
from booking_core.application.draft import Draft, Page
from booking_core.application.once import Once, Outcome, Turn
from booking_core.application.payment.close_attempts import CloseAttempts
from booking_core.application.payment.give_back import cancel_open_attempts, owe_back
from booking_core.application.payment.settle_refunds import SettleRefunds
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.item import Item
from booking_core.domain.booking.lifecycle import BOOKING_LIFECYCLE, BookingTrigger
from booking_core.domain.booking.quote import CancelledBy
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import BookingId
from booking_core.domain.kernel.money import Money
from booking_core.ports.booking_repository import Dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleBooking:
    """To a new start (all items by the same shift; `end` only for a single one), or new items."""

    booking_id: BookingId
    start: datetime | None = None
    end: datetime | None = None
    items: tuple[Line, ...] = ()
    expected_version: int | None = None

    def __post_init__(self) -> None:
        if (self.start is None) == (not self.items):
            raise InvalidInput("start", "either a new start or new items")

    def lines(self, booking: Booking) -> tuple[Line, ...]:
        """What is wished for now."""
        if self.start is None:
            return self.items
        if self.end is not None and len(booking.items) != 1:
            raise InvalidInput("end", "nothing: the booking has several items")
        shift = self.start - booking.start
        return tuple(shifted(item, shift, self.end) for item in booking.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleBookingHandler:
    """For its customer, its provider, or the office. The new claims may overlap the old."""

    once: Once
    open_booking: OpenBooking
    choose_items: ChooseItems
    make_way: MakeWay
    settle_refunds: SettleRefunds
    close_attempts: CloseAttempts

    def __call__(self, command: RescheduleBooking, by: Caller, key: str | None = None) -> Outcome:
        """The booking where it is now, or Taken, or a refusal by the rules: then it stays put."""
        outcome = self.once(command, by, key, lambda turn: self._draft(command, turn))
        self.settle_refunds.of(outcome.dossier)
        self.close_attempts.of(outcome.dossier)
        return outcome

    def _draft(self, command: RescheduleBooking, turn: Turn) -> None:
        draft = turn.draft
        dossier = self.open_booking(command.booking_id, draft.by, command.expected_version)
        booking = dossier.booking
        require_movable(dossier, draft)
        chosen = self.choose_items(command.lines(booking), turn, own=booking.id)
        if chosen.provider_id != booking.provider_id:
            raise InvalidInput("items", "items of the same provider")
        same_currency(booking.price, chosen.price)
        page = draft.open(dossier)
        move(page, chosen.items, chosen.price, draft)
        draft.judged_by += chosen.judged_by
        draft.retries_when_taken = chosen.contended
        self.make_way(chosen.moves, draft)


def require_movable(dossier: Dossier, draft: Draft) -> None:
    """IllegalTransition, HoldLapsed, or for its customer HasBegun: what is used stays used."""
    booking = dossier.booking
    BOOKING_LIFECYCLE.after(booking.state, BookingTrigger.RESCHEDULE)
    require_hold(booking, draft.now)
    if cancelled_by(draft.by, dossier) is CancelledBy.CUSTOMER:
        require_not_begun(booking, draft.now)


def same_currency(old: Money | None, new: Money | None) -> None:
    """InvalidInput unless what was paid can count towards the new price."""
    if old is not None and new is not None and old.currency != new.currency:
        raise InvalidInput("items", f"items priced in {old.currency}")


def move(page: Page, items: tuple[Item, ...], price: Money | None, draft: Draft) -> None:
    """Draft the booking in its new place, and what the new price does to its money."""
    old = page.booking
    page.booking = old.reschedule(items, price)
    page.tell(
        "booking.rescheduled",
        booking_facts(page.booking) | {"oldItems": items_facts(old.items)},
    )
    if price == old.price:
        return
    cancel_open_attempts(page)
    if old.price is not None:
        worth = price or Money(0, old.price.currency)
        surplus = page.account.earned(worth.currency) - worth
        owe_back(page, Money(max(0, surplus.amount_minor), worth.currency), draft, "rescheduled")
