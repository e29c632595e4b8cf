"""Bookings are cancelled, moved, swapped and attended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from booking_core.application.booking.cancel_booking import CancelBooking, QuoteCancellation
from booking_core.application.booking.check_in_booking import CheckInBooking
from booking_core.application.booking.complete_booking import CompleteBooking
from booking_core.application.booking.mark_no_show import MarkNoShow
from booking_core.application.booking.reschedule_booking import RescheduleBooking
from booking_core.application.booking.swap_bookings import SwapBookings
from booking_core.domain.kernel.ids import BookingId
from tests.engine.model import HOUR, Stay
from tests.engine.passing_rules import PassingRules
from tests.engine.violated import Promise, must
from tests.engine.wishes import starts, whichever
from tests.unit.application.house import NOON, OWNER


class ChangingRules(PassingRules):
    """Whatever becomes of a booking after it was made, but for its money."""

    @precondition(lambda self: self.model.stays)
    @rule(which=whichever, by_provider=st.booleans())
    def cancel(self, which: int, by_provider: bool) -> None:
        stay = self.pick(which)
        by = OWNER if by_provider else stay.by
        can = stay.may("cancel") and (by_provider or self.model.now < stay.end)
        id = BookingId(stay.id)
        quoted = None
        if can:
            quote = QuoteCancellation(booking_id=id)
            quoted = self.do(self.engine.quote_cancellation, quote, by)
        self.attempt(self.engine.cancel_booking, CancelBooking(booking_id=id), by, can=can)
        if quoted is not None:
            back = stay.earned if by_provider else stay.share_back(self.model.now)
            offered = quoted.refund.amount_minor if quoted.refund else 0
            must(offered == back, Promise.MONEY_IS_CONSERVED, f"quoted {offered}, not {back}")
            stay.owe(back)
            stay.void_open_payment()
            stay.move("cancel")

    @precondition(lambda self: self.model.stays)
    @rule(which=whichever, start=st.one_of(starts, st.none()))
    def reschedule(self, which: int, start: int | None) -> None:
        """To some time, or to where another one begins."""
        stay = self.pick(which, lambda it: it.parts[0].seat is None and self.is_movable(it))
        if stay.parts[0].seat is not None:
            return  # A performance cannot be moved.
        begins = self.pick(which + 1).start if start is None else NOON + start * HOUR
        shift = begins - stay.start
        moved = tuple(replace(p, start=p.start + shift, end=p.end + shift) for p in stay.parts)
        can = (
            self.is_movable(stay)
            and begins >= self.model.now
            and self.model.fits(moved, (stay.id,))
        )
        command = RescheduleBooking(booking_id=BookingId(stay.id), start=begins)
        if self.attempt(self.engine.reschedule_booking, command, stay.by, can=can) is not None:
            stay.parts = moved
            stay.move("reschedule")

    @precondition(lambda self: len(self.model.stays) > 1)
    @rule(one=whichever, other=whichever)
    def swap(self, one: int, other: int) -> None:
        first, second = self.pick(one, self.is_movable), self.pick(other, self.is_movable)
        if first is second:
            return
        can = all(
            self.is_movable(stay, by_customer=False) and not stay.has_checked_in
            for stay in (first, second)
        )
        command = SwapBookings(booking_id=BookingId(first.id), with_id=BookingId(second.id))
        if self.attempt(self.engine.swap_bookings, command, OWNER, can=can) is not None:
            first.parts, second.parts = second.parts, first.parts
            if first.price != second.price:
                first.price, second.price = second.price, first.price
                for stay in (first, second):
                    stay.void_open_payment()
                    stay.owe(max(0, stay.earned - stay.price))

    def is_movable(self, stay: Stay, *, by_customer: bool = True) -> bool:
        begun = by_customer and self.model.now >= stay.start
        return stay.may("reschedule") and not stay.is_overdue(self.model.now) and not begun

    @precondition(lambda self: self.model.stays)
    @rule(
        which=whichever,
        act=st.sampled_from(("check in", "complete", "no-show")),
        in_time=st.booleans(),
    )
    def attend(self, which: int, act: str, in_time: bool) -> None:
        stay = self.pick(which, lambda it: it.may(act))
        id = BookingId(stay.id)
        if in_time and stay.start <= self.model.now + 30 * HOUR:
            self.wait(max(0, (stay.start - self.model.now) // timedelta(minutes=1)))
            self.see()
        now = self.model.now
        if act == "check in":
            # Only who has begun: a unit promised for later may leave a pool short of an order.
            if now < stay.start:
                return
            can = stay.may(act) and now < stay.end
            done = self.attempt(
                self.engine.check_in_booking, CheckInBooking(booking_id=id), OWNER, can=can
            )
            stay.has_checked_in |= done is not None
            return
        can = stay.may(act) and now >= stay.start
        if act == "complete":
            command: Any = CompleteBooking(booking_id=id)
            done = self.attempt(self.engine.complete_booking, command, OWNER, can=can)
        else:
            command = MarkNoShow(booking_id=id)
            done = self.attempt(self.engine.mark_no_show, command, OWNER, can=can)
        if done is not None:
            stay.move(act)
            if act == "complete":
                stay.parts = tuple(
                    replace(p, ended=now) if p.claimed[0] < now < p.claimed[1] else p
                    for p in stay.parts
                )
