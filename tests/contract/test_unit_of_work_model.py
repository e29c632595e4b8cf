"""All or nothing, and occupancy with it: any history of commits, compared with a dictionary."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from booking_core.domain.availability.block import Block
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.errors import BookingError, NotFound
from booking_core.domain.kernel.ids import UnitId
from booking_core.domain.kernel.span import Span
from booking_core.ports.storage import Storage
from booking_core.ports.unit_of_work import (
    Changes,
    Lapse,
    OverdueHoldsInTheWay,
    StaleBooking,
    Taken,
)
from tests.contract.builders import (
    ACME,
    HOLD,
    NOW,
    UNITS,
    a_block,
    a_booking,
    a_hold,
    an_event,
    an_item,
    changing,
    claims,
    furnish,
    making,
    next_of,
    span,
    standing,
)

Holder = Booking | Block
Cell = tuple[UnitId, int]
HOURS = range(8, 14)

periods = st.builds(
    lambda start, hours: span(start, min(start + hours, HOURS.stop)),
    start=st.sampled_from(HOURS),
    hours=st.integers(1, 3),
)
units = st.lists(st.sampled_from(UNITS[:3]), min_size=1, max_size=2, unique=True)
whichever = st.integers(0, 1000)


def cells(claimed: Iterable[Claim]) -> set[Cell]:
    """The hours of the units that are claimed: all periods here are of whole hours."""
    return {
        (claim.unit_id, hour)
        for claim in claimed
        for hour in HOURS
        if claim.span.overlaps(span(hour, hour + 1))
    }


class Model:
    """A dictionary of who is in which cell. Whatever cannot be seen in it is not modelled."""

    def __init__(self) -> None:
        self.now = NOW
        self.holders: dict[str, Holder] = {}

    def live(self, kind: type[Holder]) -> list[Holder]:
        return [it for it in self.holders.values() if isinstance(it, kind) and any(it.claims())]

    def taken(self) -> dict[Cell, Holder]:
        return {cell: it for it in self.holders.values() for cell in cells(it.claims())}

    def is_overdue(self, holder: Holder) -> bool:
        return isinstance(holder, Booking) and holder.is_overdue(self.now)

    def refusal(self, *changed: Holder) -> BookingError | None:
        """What a storage must say to these changes; None if it must do them."""
        for holder in changed:
            stood = self.holders.get(holder.id)
            if holder.version != (stood.version if stood else 0) + 1:
                return StaleBooking(holder.id)
        names = {holder.id for holder in changed}
        wanted = set().union(*(cells(holder.claims()) for holder in changed))
        in_the_way = [
            it for cell, it in self.taken().items() if cell in wanted and it.id not in names
        ]
        overdue = {it.id for it in in_the_way if self.is_overdue(it)}
        if overdue:
            return OverdueHoldsInTheWay(tuple(sorted(overdue)))
        return Taken("room") if in_the_way else None


class StorageMachine(RuleBasedStateMachine):
    """Commits whatever comes to mind, and looks at everything after each step."""

    def __init__(self, open_storage: Callable[[], AbstractContextManager[Storage]]) -> None:
        super().__init__()
        self.opened = open_storage()
        self.store = self.opened.__enter__()
        furnish(self.store)
        self.model = Model()
        self.numbers = count(1)

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)

    @rule(during=periods, units=units, held=st.booleans())
    def book(self, during: Span, units: list[UnitId], held: bool) -> None:
        name = f"b-{next(self.numbers)}"
        facts = {"expires_at": self.model.now + HOLD} if held else {}
        new = (a_hold if held else a_booking)(name, during, *units, **facts)
        self.commit(making(new, now=self.model.now), new)

    @rule(during=periods, units=units)
    def block(self, during: Span, units: list[UnitId]) -> None:
        new = a_block(f"block-{next(self.numbers)}", during, *units)
        self.commit(self.of_block(new, claimed=tuple(new.claims())), new)

    @precondition(lambda self: self.model.live(Block))
    @rule(which=whichever)
    def lift(self, which: int) -> None:
        block = self.pick(Block, which)
        lifted = block.lift(self.model.now)
        self.commit(self.of_block(lifted, released=tuple(block.claims())), lifted)

    @precondition(lambda self: self.model.live(Booking))
    @rule(which=whichever, during=periods, units=units)
    def reschedule(self, which: int, during: Span, units: list[UnitId]) -> None:
        booking = self.pick(Booking, which)
        if booking.checked_in_at is None:
            self.move((booking, booking.reschedule((an_item(during, *units),), booking.price)))

    @precondition(lambda self: len(self.model.live(Booking)) > 1)
    @rule(one=whichever, other=whichever)
    def swap(self, one: int, other: int) -> None:
        a, b = self.pick(Booking, one), self.pick(Booking, other)
        if a.id != b.id:
            self.move((a, replace(a, items=b.items)), (b, replace(b, items=a.items)))

    @precondition(lambda self: self.model.live(Booking))
    @rule(which=whichever, act=st.sampled_from(["pay", "extend", "cancel", "check in"]))
    def act(self, which: int, act: str) -> None:
        booking = self.pick(Booking, which)
        if act == "cancel":
            self.move((booking, booking.cancel("changed_my_mind")))
        elif not booking.is_held:
            self.move((booking, booking.check_in(self.model.now)))
        elif act == "pay":
            self.move((booking, booking.pay()))
        else:
            self.move((booking, booking.extend(self.model.now + HOLD)))

    @precondition(lambda self: self.model.live(Booking))
    @rule(which=whichever, late=st.integers(1, 2))
    def write_what_is_stale(self, which: int, late: int) -> None:
        booking = self.pick(Booking, which)
        read = replace(booking, version=booking.version - late)
        self.commit(changing((read, read), now=self.model.now), next_of(read, read))

    @rule(minutes=st.integers(1, 15))
    def wait(self, minutes: int) -> None:
        self.model.now += timedelta(minutes=minutes)

    @rule(limit=st.integers(1, 3), changed_meanwhile=st.booleans())
    def sweep(self, limit: int, changed_meanwhile: bool) -> None:
        found = self.store.bookings.overdue(self.model.now, limit)
        by_time = sorted(
            filter(self.model.is_overdue, self.model.live(Booking)),
            key=lambda booking: booking.expires_at,
        )
        assert len(found) == min(limit, len(by_time))
        lapses = []
        for hold in found:
            booking = self.model.holders[hold.booking_id]
            assert booking.expires_at <= by_time[len(found) - 1].expires_at
            ended = next_of(booking, booking.expire())
            lapses.append(
                Lapse(
                    hold=hold,
                    state=ended.state,
                    reason_code=ended.reason_code,
                    event=an_event(ended, "booking.expired"),
                )
            )
        if changed_meanwhile and lapses:
            paid = self.model.holders[lapses[0].hold.booking_id]
            self.move((paid, paid.pay()))
            done = lapses[1:]
        else:
            done = lapses
        assert self.store.unit_of_work.lapse(lapses, self.model.now) == len(done)
        for lapse in done:
            booking = self.model.holders[lapse.hold.booking_id]
            self.model.holders[booking.id] = next_of(booking, booking.expire())

    @invariant()
    def occupancy_is_as_modelled(self) -> None:
        live = [it for it in self.model.holders.values() if not self.model.is_overdue(it)]
        due = sorted(
            (claim for holder in live for claim in holder.claims()),
            key=lambda claim: (claim.span.start, claim.unit_id),
        )
        assert list(claims(self.store, now=self.model.now)) == due

    def pick(self, kind: type[Holder], which: int) -> Holder:
        live = self.model.live(kind)
        return live[which % len(live)]

    def of_block(self, block: Block, **moved: tuple[Claim, ...]) -> Changes:
        return Changes(tenant_id=ACME, now=self.model.now, blocks=(block,), **moved)

    def move(self, *moves: tuple[Booking, Booking]) -> None:
        changed = [next_of(before, after) for before, after in moves]
        self.commit(changing(*moves, now=self.model.now), *changed)

    def commit(self, changes: Changes, *changed: Holder) -> None:
        """The storage must do what the model does, or refuse what it refuses for the same."""
        expected = self.model.refusal(*changed)
        refusal: BookingError | None = None
        try:
            self.store.unit_of_work.commit(changes)
        except BookingError as raised:
            refusal = raised
        assert type(refusal) is type(expected)
        if isinstance(expected, OverdueHoldsInTheWay) and isinstance(refusal, type(expected)):
            assert set(refusal.booking_ids) == set(expected.booking_ids)
        if expected is None:
            self.model.holders |= {holder.id: holder for holder in changed}
        for holder in changed:
            assert self.stored(holder) == self.model.holders.get(holder.id)

    def stored(self, holder: Holder) -> Holder | None:
        """What the storage has under that name."""
        try:
            if isinstance(holder, Booking):
                return standing(self.store, holder).booking
            return self.store.blocks.get(ACME, holder.id)
        except NotFound:
            return None


def test_any_history_leaves_what_a_dictionary_would(
    storage: Callable[[], AbstractContextManager[Storage]],
) -> None:
    """Whatever is booked, moved, blocked, lifted, swept and refused: each storage agrees."""
    run_state_machine_as_test(
        lambda: StorageMachine(storage),
        settings=settings(
            settings.default,
            stateful_step_count=25,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
