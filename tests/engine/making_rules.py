"""Bookings are made: of rooms and pools, of seats, of what is scarce or needs approval."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from booking_core.application.booking.approve_booking import ApproveBooking
from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.booking.line import Line
from booking_core.application.booking.reject_booking import RejectBooking
from booking_core.application.caller import Caller
from booking_core.domain.kernel.ids import BookingId, CustomerId, ResourceId, UnitId
from tests.engine.driven import Driven
from tests.engine.model import CONCERT, Part, Stay
from tests.engine.violated import Promise, must
from tests.engine.wishes import callers, in_the_attic, on_request, parts, seats, whichever
from tests.unit.application import house
from tests.unit.application.house import OWNER

HOLD, APPROVAL = timedelta(minutes=10), timedelta(hours=24)


class MakingRules(Driven):
    """A refused wish leaves nothing behind."""

    @rule(by=callers, wanted=st.lists(parts, min_size=1, max_size=3))
    def create(self, by: Caller, wanted: list[Part]) -> None:
        lines = tuple(
            Line(resource_id=ResourceId(p.resource), start=p.start, end=p.end, quantity=p.count)
            for p in wanted
        )
        can = all(p.start >= self.model.now for p in wanted) and self.model.fits(wanted)
        self.book(by, lines, tuple(wanted), can=can, gives_all_back=False)

    @rule(by=callers, stays=st.lists(in_the_attic, min_size=1, max_size=4))
    def hoard(self, by: Caller, stays: list[Part]) -> None:
        """Nobody may hold too much of the attic; what is confirmed does not count."""
        for part in stays:
            self.create(by, [part])

    @rule(by=callers, stays=st.lists(parts, min_size=3, max_size=6))
    def crowd(self, by: Caller, stays: list[Part]) -> None:
        """Many come one after another."""
        for part in stays:
            self.create(by, [part])

    @rule(by=callers, wanted=on_request, agreed=st.sampled_from((None, True, False)))
    def request(self, by: Caller, wanted: Part, agreed: bool | None) -> None:
        """It is held until the provider agrees, or does not, or says nothing for a day."""
        line = Line(
            service_id=house.ON_REQUEST,
            resource_id=ResourceId(wanted.resource),
            start=wanted.start,
        )
        can = wanted.start >= self.model.now and self.model.fits([wanted])
        stay = self.book(
            by, (line,), (wanted,), can=can, gives_all_back=True, state="PENDING_CONFIRMATION"
        )
        if stay is not None and agreed is not None:
            self._decide(stay, agrees=agreed)

    @precondition(lambda self: self.model.stays)
    @rule(which=whichever, agrees=st.booleans())
    def decide(self, which: int, agrees: bool) -> None:
        """The provider approves of it, and a fresh hold begins, or rejects it."""
        self._decide(self.pick(which, lambda it: it.may("reject")), agrees=agrees)

    def _decide(self, stay: Stay, *, agrees: bool) -> None:
        id = BookingId(stay.id)
        if agrees:
            can = stay.may("approve") and not stay.is_overdue(self.model.now)
            approve = ApproveBooking(booking_id=id)
            done = self.attempt(self.engine.approve_booking, approve, OWNER, can=can)
            if done is not None:
                stay.move("approve")
                stay.expires = self.model.now + HOLD
        else:
            can, reject = stay.may("reject"), RejectBooking(booking_id=id)
            done = self.attempt(self.engine.reject_booking, reject, OWNER, can=can)
            if done is not None:
                stay.move("reject")
                stay.void_open_payment()

    @rule(by=callers, names=seats)
    def take_seats(self, by: Caller, names: list[str]) -> None:
        line = Line(
            performance_id=house.CONCERT,
            unit_ids=tuple(UnitId(name) for name in names),
            quantity=len(names),
        )
        wanted = tuple(Part("hall", *CONCERT, seat=name) for name in names)
        self.book(by, (line,), wanted, can=self.model.fits(wanted), gives_all_back=True)

    @rule(by=callers, count=st.integers(1, 4), category=st.sampled_from((None, "front", "back")))
    def take_the_best_seats(self, by: Caller, count: int, category: str | None) -> None:
        """Side by side if there are so many, and then the very ones that the rule names."""
        line = Line(performance_id=house.CONCERT, quantity=count, category=category)
        free, best = self.model.free_seats(category), self.model.best_together(count, category)
        stay = self.book(by, (line,), (), can=len(free) >= count, gives_all_back=True)
        if stay is None:
            return
        (item,) = self.do(self.engine.read_bookings.one, BookingId(stay.id), by).booking.items
        chosen = {str(id) for id in item.unit_ids}
        must(len(chosen) == count, Promise.BEST_SEATS, chosen)
        must(chosen <= free, Promise.BEST_SEATS, f"{chosen} of {free}")
        must(best is None or chosen == best, Promise.BEST_SEATS, f"{chosen}, not {best}")
        stay.parts = tuple(Part("hall", *CONCERT, seat=name) for name in sorted(chosen))
        stay.price = sum(part.price for part in stay.parts)

    def book(
        self,
        by: Caller,
        lines: tuple[Line, ...],
        wanted: tuple[Part, ...],
        *,
        can: bool,
        state: str = "PENDING",
        **how: Any,
    ) -> Stay | None:
        """The stay that came of it."""
        command = CreateBooking(customer_id=CustomerId(by.id), items=lines)
        can = can and not self.model.hoards(by, wanted)
        outcome = self.attempt(self.engine.create_booking, command, by, can=can)
        if outcome is None:
            return None
        id, now = outcome.dossier.booking.id, self.model.now
        must(id not in self.model.stays, Promise.NOTHING_BUT_WHAT_WAS_BOOKED, id)
        expires = now + (HOLD if state == "PENDING" else APPROVAL)
        price = sum(part.price for part in wanted)
        stay = Stay(id, by, wanted, expires, price, created=now, state=state, **how)
        self.model.stays[id] = stay
        return stay
