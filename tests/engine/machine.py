"""Does to the engine whatever comes to mind, and to the model, and compares them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from booking_adapters.memory.clock import ManualClock
from booking_adapters.simulated.script import DECLINE, Travel, pay
from booking_core.application.availability.block_units import BlockUnits
from booking_core.application.availability.lift_block import LiftBlock
from booking_core.application.booking.cancel_booking import CancelBooking, QuoteCancellation
from booking_core.application.booking.check_in_booking import CheckInBooking
from booking_core.application.booking.complete_booking import CompleteBooking
from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.booking.line import Line
from booking_core.application.booking.mark_no_show import MarkNoShow
from booking_core.application.booking.reschedule_booking import RescheduleBooking
from booking_core.application.booking.swap_bookings import SwapBookings
from booking_core.application.caller import Caller
from booking_core.application.payment.refund_payment import RefundPayment
from booking_core.application.payment.start_payment import StartPayment
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.ids import (
    DEFAULT_TENANT,
    BlockId,
    BookingId,
    CustomerId,
    PaymentId,
    ResourceId,
    UnitId,
)
from booking_core.domain.kernel.span import Span
from booking_core.ports.booking_repository import BookingFilter
from booking_core.ports.page import PageRequest
from booking_core.ports.storage import Storage
from tests.engine.model import (
    CONCERT,
    HOUR,
    KEEPS_OTHERS_OUT,
    SEATS,
    Model,
    Part,
    Payment,
    Stay,
    hours,
)
from tests.unit.application import house
from tests.unit.application.house import ANN, BOB, NOON, OFFICE, OWNER, House, euros

EVER = Span(NOON - 48 * HOUR, NOON + 240 * HOUR)
RESOURCES = (house.ROOM, house.CELLAR, house.BARN, house.HALL)

starts = st.sampled_from((1, 2, 15, 28))
callers = st.sampled_from((ANN, BOB))
parts = st.one_of(
    st.builds(hours, st.sampled_from(("room", "cellar")), starts, st.integers(1, 2)),
    st.builds(hours, st.just("barn"), st.integers(14, 18), st.integers(1, 3), st.just(1)),
    st.builds(hours, st.just("barn"), starts, st.just(2), st.integers(1, 3)),
)
seats = st.lists(st.sampled_from(SEATS), min_size=1, max_size=3, unique=True)
whichever = st.integers(0, 1000)


class EngineMachine(RuleBasedStateMachine):
    """Every act is keyed: `repeat` asks for any of them once more."""

    def __init__(self, open_storage: Callable[[], AbstractContextManager[Storage]]) -> None:
        super().__init__()
        self.opened = open_storage()
        storage: Any = self.opened.__enter__()
        self.model = Model()
        self.house = House(clock=ManualClock(self.model.now), storage=storage)
        self.engine = self.house.engine
        self.keys: Counter[tuple[str, str]] = Counter()
        self.read: dict[str, Booking] = {}
        self.answered: list[tuple[Callable[..., Any], tuple[Any, ...], Any]] = []

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)

    # Bookings.

    @rule(by=callers, wanted=st.lists(parts, min_size=1, max_size=3))
    def create(self, by: Caller, wanted: list[Part]) -> None:
        lines = tuple(
            Line(resource_id=ResourceId(p.resource), start=p.start, end=p.end, quantity=p.count)
            for p in wanted
        )
        can = all(p.start >= self.model.now for p in wanted) and self.model.fits(wanted)
        self.book(by, lines, tuple(wanted), can=can, gives_all_back=False)

    @rule(by=callers, wanted=parts)
    def buy(self, by: Caller, wanted: Part) -> None:
        """Hold and pay at once, as most do."""
        count = len(self.model.stays)
        self.create(by, [wanted])
        if len(self.model.stays) > count:
            self.settle(list(self.model.stays.values())[-1])

    def settle(self, stay: Stay) -> None:
        started = self.start(stay)
        assert started is not None
        id, payment = started
        self.play(id, pay(amount=euros(payment.asked)))
        self.model.capture(stay, payment, payment.asked)

    @rule(by=callers, stays=st.lists(parts, min_size=3, max_size=6))
    def crowd(self, by: Caller, stays: list[Part]) -> None:
        """Many come one after another."""
        for part in stays:
            self.create(by, [part])

    @rule(by=callers, names=seats)
    def take_seats(self, by: Caller, names: list[str]) -> None:
        line = Line(
            performance_id=house.CONCERT,
            unit_ids=tuple(UnitId(name) for name in names),
            quantity=len(names),
        )
        wanted = tuple(Part("hall", *CONCERT, seat=name) for name in names)
        self.book(by, (line,), wanted, can=self.model.fits(wanted), gives_all_back=True)

    def book(
        self,
        by: Caller,
        lines: tuple[Line, ...],
        wanted: tuple[Part, ...],
        *,
        can: bool,
        **how: Any,
    ) -> None:
        command = CreateBooking(customer_id=CustomerId(by.id), items=lines)
        outcome = self.attempt(self.engine.create_booking, command, by, can=can)
        if outcome is not None:
            id = outcome.dossier.booking.id
            assert id not in self.model.stays
            expires = self.model.now + timedelta(minutes=10)
            price = sum(part.price for part in wanted)
            self.model.stays[id] = Stay(id, by, wanted, expires, price, **how)

    @precondition(lambda self: self.model.stays)
    @rule(which=whichever, by_provider=st.booleans())
    def cancel(self, which: int, by_provider: bool) -> None:
        stay = self.pick(which)
        by = OWNER if by_provider else stay.by
        can = stay.may("cancel") and (by_provider or self.model.now < stay.end)
        id = BookingId(stay.id)
        quoted = None
        if can:
            quoted = self.engine.quote_cancellation(QuoteCancellation(booking_id=id), by)
        self.attempt(self.engine.cancel_booking, CancelBooking(booking_id=id), by, can=can)
        if quoted is not None:
            back = stay.earned if by_provider else stay.share_back(self.model.now)
            assert (quoted.refund.amount_minor if quoted.refund else 0) == back
            stay.owe(back)
            stay.void_open_payment()
            stay.move("cancel")

    @precondition(lambda self: self.model.stays)
    @rule(which=whichever, start=starts)
    def reschedule(self, which: int, start: int) -> None:
        stay = self.pick(which, lambda it: it.parts[0].seat is None and self.is_movable(it))
        if stay.parts[0].seat is not None:
            return  # A performance cannot be moved.
        begins = NOON + start * HOUR
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

    # Money.

    @precondition(lambda self: self.model.stays)
    @rule(
        which=whichever,
        late=st.sampled_from((0, 0, 0, 10)),
        amount=st.sampled_from((0, 0, 0, 0, 0, -100)),
        copies=st.integers(1, 2),
        repeated=st.booleans(),
    )
    def pay(self, which: int, late: int, amount: int, copies: int, repeated: bool) -> None:
        """Right or wrong, in time or late; news of it may come twice, and be paid twice."""
        stay = self.pick(which, lambda it: it.due > 0 and it.state in KEEPS_OTHERS_OUT)
        started = self.start(stay)
        if started is None:
            return
        id, payment = started
        if late:
            self.wait(late)
        paid = payment.asked + amount
        self.play(id, pay(amount=euros(paid), travel=Travel(copies=copies)))
        self.model.capture(stay, payment, paid)
        if repeated:
            self.play(id, pay(amount=euros(paid)))

    @precondition(lambda self: self.model.stays)
    @rule(which=whichever)
    def begin_to_pay(self, which: int) -> None:
        """What comes of it is seen later."""
        self.start(self.pick(which))

    @precondition(lambda self: any(stay.payments for stay in self.model.stays.values()))
    @rule(which=whichever)
    def pay_what_was_begun(self, which: int) -> None:
        """Whatever has become of the booking, and of the attempt, meanwhile."""
        begun = [(s, id, p) for s in self.model.stays.values() for id, p in s.payments.items()]
        stay, id, payment = begun[which % len(begun)]
        self.see()
        self.play(PaymentId(id), pay(amount=euros(payment.asked)))
        self.model.capture(stay, payment, payment.asked)

    @precondition(lambda self: self.model.stays)
    @rule(which=whichever)
    def fail(self, which: int) -> None:
        stay = self.pick(which, lambda it: it.due > 0 and it.state in KEEPS_OTHERS_OUT)
        started = self.start(stay)
        if started is None:
            return
        id, payment = started
        self.play(id, DECLINE)
        payment.open = False
        if stay.state == "PENDING" and len(stay.payments) >= 3:
            stay.state, stay.expires = "FAILED", None

    @precondition(lambda self: any(stay.payments for stay in self.model.stays.values()))
    @rule(which=whichever, amount=st.sampled_from((100, 400, 1000)))
    def refund(self, which: int, amount: int) -> None:
        begun = [(id, p) for s in self.model.stays.values() for id, p in s.payments.items()]
        id, payment = begun[which % len(begun)]
        left = (payment.captured or 0) - payment.owed_back
        command = RefundPayment(payment_id=PaymentId(id), amount=euros(amount))
        if self.attempt(self.engine.refund_payment, command, OWNER, can=amount <= left) is not None:
            payment.owed_back += amount

    def start(self, stay: Stay) -> tuple[PaymentId, Payment] | None:
        """Begin to pay, or go on."""
        going = next((pair for pair in stay.payments.items() if pair[1].open), None)
        can = (
            stay.state in KEEPS_OTHERS_OUT
            and not stay.is_overdue(self.model.now)
            and stay.due > 0
            and (going is not None or len(stay.payments) < 3)
        )
        command = StartPayment(booking_id=BookingId(stay.id))
        begun = self.attempt(self.engine.start_payment, command, stay.by, can=can)
        if begun is None:
            return None
        id, payment = begun.attempt.id, going[1] if going else Payment(stay.due)
        assert (going is None) == (id not in stay.payments)
        assert begun.attempt.amount == euros(payment.asked)
        stay.payments[id] = payment
        return id, payment

    def play(self, id: PaymentId, script: Any) -> None:
        self.house.gateway.play(DEFAULT_TENANT, id, script)
        self.house.gateway.deliver_due(self.engine.apply_callback)

    # Time and inventory.

    @rule(minutes=st.sampled_from((5, 10, 60, 300)))
    def wait(self, minutes: int) -> None:
        self.model.now += timedelta(minutes=minutes)
        self.house.clock.set(self.model.now)

    @rule()
    def sweep(self) -> None:
        """Afterwards no overdue hold is left."""
        self.engine.lapse_holds()
        for stay in self.model.stays.values():
            if stay.is_overdue(self.model.now):
                stay.state, stay.expires = "EXPIRED", None

    @precondition(lambda self: len(self.model.blocks) < 2)
    @rule(part=parts)
    def block(self, part: Part) -> None:
        """All of a resource."""
        kept = Part(part.resource, part.start, part.end, 1)
        start, end = kept.start, kept.end
        in_the_way = any(
            other.resource == kept.resource and other.claimed[0] < end and start < other.claimed[1]
            for other in self.model.standing()
        )
        command = BlockUnits(resource_id=ResourceId(kept.resource), start=start, end=end)
        done = self.attempt(self.engine.block_units, command, OWNER, can=not in_the_way)
        if done is not None:
            (block,) = done.blocks
            self.model.blocks[block.id] = _whole(kept, len(block.unit_ids))

    @precondition(lambda self: self.model.blocks)
    @rule(which=whichever)
    def lift(self, which: int) -> None:
        id = sorted(self.model.blocks)[which % len(self.model.blocks)]
        self.engine.lift_block(LiftBlock(block_id=BlockId(id)), OWNER)
        del self.model.blocks[id]

    # Requests.

    @precondition(lambda self: self.answered)
    @rule(which=whichever)
    def repeat(self, which: int) -> None:
        """The same request with the same key: the same answer, and no second effect."""
        act, arguments, first = self.answered[which % len(self.answered)]
        again = act(*arguments)
        if hasattr(first, "replayed"):
            assert again == replace(first, replayed=True)
        else:
            assert again == first

    def attempt(self, act: Callable[..., Any], command: Any, by: Caller, *, can: bool) -> Any:
        """Do it, and see that it is refused if and only if the model says so."""
        operation = type(command).__name__
        # Everybody counts for themselves: the same key means something else to another.
        arguments = (command, by, f"key-{self.keys[operation, by.id]}")
        self.keys[operation, by.id] += 1
        answer, refusal = None, None
        try:
            answer = act(*arguments)
        except BookingError as raised:
            refusal = raised
        assert (refusal is None) == can, f"{command}: {refusal or 'accepted'}"
        if refusal is not None:
            return None
        if operation != "BlockUnits":  # A lifted block is answered as it is.
            self.answered.append((act, arguments, answer))
        return answer

    def pick(self, which: int, wanted: Callable[[Stay], bool] = lambda stay: True) -> Stay:
        """One of those that it suits, three times of four; else, or where it suits none, any."""
        stays = list(self.model.stays.values())
        suited = stays if which % 4 == 0 else [stay for stay in stays if wanted(stay)] or stays
        return suited[which % len(suited)]

    # What must hold.

    def see(self) -> dict[str, Booking]:
        """Compare, having learned which overdue holds were swept out of somebody's way."""
        page = self.engine.read_bookings.page(BookingFilter(), PageRequest(limit=100), OFFICE)
        seen = {dossier.booking.id: dossier for dossier in page.entries}
        assert seen.keys() == self.model.stays.keys()
        for id, dossier in seen.items():
            booking, stay = dossier.booking, self.model.stays[id]
            if booking.state.value == "EXPIRED" and stay.is_overdue(self.model.now):
                stay.state, stay.expires = "EXPIRED", None
            assert (booking.state.value, booking.expires_at) == (stay.state, stay.expires)
            assert booking.price == euros(stay.price)
            held = Counter(
                (
                    item.resource_id,
                    unit_id if item.promised else None,
                    item.claimed.start,
                    item.claimed.end,
                )
                for item in booking.items
                for unit_id in item.unit_ids
            )
            assert held == _wanted(stay.parts)
            balance = dossier.account.balance("EUR")
            captured = sum(p.captured or 0 for p in stay.payments.values())
            back = sum(p.owed_back for p in stay.payments.values())
            assert (balance.captured, balance.kept) == (captured, captured - back)
            assert balance.refunded + balance.due_back == back
            self.read_history(booking)
        return {id: dossier.booking for id, dossier in seen.items()}

    def read_history(self, booking: Booking) -> None:
        """Its events have no gap, and nothing changed without one more version."""
        if self.read.get(booking.id) != booking:
            history = self.engine.read_bookings.history(booking.id, PageRequest(limit=100), OFFICE)
            told = [event.sequence for event in history.entries]
            assert told == list(range(1, booking.sequence + 1))
            before = self.read.get(booking.id)
            assert before is None or before.version < booking.version
            self.read[booking.id] = booking

    @invariant()
    def no_two_claims_overlap(self) -> None:
        """What is claimed is what the bookings and the blocks say, and nothing twice."""
        live = Counter(
            (claim.resource_id, claim.unit_id, claim.span)
            for booking in self.see().values()
            if not booking.is_overdue(self.model.now)
            for claim in booking.claims()
        )
        claims = [
            claim
            for resource in RESOURCES
            for claim in self.house.storage.occupancy.claims(
                DEFAULT_TENANT, resource, EVER, self.model.now
            )
        ]
        booked = Counter((c.resource_id, c.unit_id, c.span) for c in claims if c.block_id is None)
        assert booked == live
        assert sum(part.count for part in self.model.blocks.values()) == sum(
            claim.block_id is not None for claim in claims
        )
        by_unit: dict[tuple[str, str], list[Span]] = {}
        for claim in claims:
            others = by_unit.setdefault((claim.resource_id, claim.unit_id), [])
            assert not any(claim.span.overlaps(other) for other in others)
            others.append(claim.span)

    @invariant()
    def the_engine_finds_no_violation(self) -> None:
        assert self.engine.verify().violations == ()


def _whole(part: Part, units: int) -> Part:
    """A block has no buffers."""
    buffer = part.start - part.claimed[0]
    return Part(part.resource, part.start + buffer, part.end, units, ended=part.end)


def _wanted(parts: tuple[Part, ...]) -> Counter[Any]:
    wanted: Counter[Any] = Counter()
    for part in parts:
        wanted[part.resource, part.seat, *part.claimed] += part.count
    return wanted
