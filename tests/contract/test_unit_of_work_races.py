"""All or nothing: eight threads at once. Who wins is chance; how many win is not."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event

import pytest

from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.ids import CustomerId
from booking_core.domain.kernel.span import Span
from booking_core.ports.page import PageRequest
from booking_core.ports.storage import Storage
from booking_core.ports.unit_of_work import (
    AlreadyAnswered,
    HoldLimit,
    StaleBooking,
    Taken,
    TooManyHolds,
)
from tests.contract.builders import (
    ACME,
    HOLD,
    NOW,
    ROOM,
    UNITS,
    a_booking,
    a_hold,
    an_answer,
    change,
    changing,
    claims,
    holders,
    make,
    next_of,
    span,
    standing,
)

A, B, C, D = UNITS
THREADS = 8
ROUNDS = 10
WON = "won"


@pytest.fixture(autouse=True)
def eager_threads() -> Iterator[None]:
    """Let threads interrupt each other at every turn, so that what can go wrong does."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def races(act: Callable[[int, int], object]) -> Iterator[Counter[object]]:
    """Of each round, who won and what refused the others, when all threads act at one moment.

    `act` is given the number of the round and of the thread.
    """
    with ThreadPoolExecutor(THREADS) as threads:
        for round in range(ROUNDS):
            start = Barrier(THREADS)
            yield Counter(threads.map(partial(_outcome, act, start, round), range(THREADS)))


def _outcome(act: Callable[[int, int], object], start: Barrier, round: int, n: int) -> object:
    start.wait()
    try:
        act(round, n)
    except BookingError as refusal:
        return type(refusal)
    return WON


def test_a_slot_has_one_winner(store: Storage) -> None:
    """Eight want one unit at one time: one has it, the others are told that it is taken."""
    for outcomes in races(lambda hour, n: make(store, a_booking(f"{hour}-{n}", slot(hour)))):
        assert outcomes == {WON: 1, Taken: THREADS - 1}
    assert [claim.span for claim in claims(store)] == [slot(hour) for hour in range(ROUNDS)]


def test_overlapping_periods_have_one_winner(store: Storage) -> None:
    """All periods of a round share one moment, though no two are the same."""

    def act(day: int, n: int) -> None:
        make(store, a_booking(f"{day}-{n}", span(24 * day + n, 24 * day + n + THREADS)))

    for outcomes in races(act):
        assert outcomes == {WON: 1, Taken: THREADS - 1}


def test_whoever_wants_another_slot_is_not_refused(store: Storage) -> None:
    """Neighbours in time and in units do not disturb each other."""

    def act(hour: int, n: int) -> None:
        make(store, a_booking(f"{hour}-{n}", slot(2 * hour + n // 4), UNITS[n % 4]))

    for outcomes in races(act):
        assert outcomes == {WON: THREADS}
    assert len(claims(store)) == ROUNDS * THREADS


def test_crossing_claims_end_in_an_answer(store: Storage) -> None:
    """Some want A and B, some B and A: nobody waits for ever, and one has both."""

    def act(hour: int, n: int) -> None:
        make(store, a_booking(f"{hour}-{n}", slot(hour), *((A, B) if n % 2 else (B, A))))

    for outcomes in races(act):
        assert outcomes == {WON: 1, Taken: THREADS - 1}
    held = [(claim.span, claim.unit_id) for claim in claims(store)]
    assert held == [(slot(hour), unit) for hour in range(ROUNDS) for unit in (A, B)]


def test_a_version_has_one_writer(store: Storage) -> None:
    """Eight read the same booking and change it: one wins, the others are stale."""
    read = [make(store, a_hold(f"b-{hour}", slot(hour))) for hour in range(ROUNDS)]

    def act(hour: int, n: int) -> None:
        change(store, read[hour], read[hour].extend(NOW + (n + 2) * HOLD))

    for outcomes in races(act):
        assert outcomes == {WON: 1, StaleBooking: THREADS - 1}
    for booking in read:
        assert standing(store, booking).booking.version == 2
        assert len(store.bookings.history(ACME, booking.id, PageRequest()).entries) == 2


def test_a_key_has_one_effect(store: Storage) -> None:
    """One request, sent eight times at once, is done once."""

    def act(hour: int, n: int) -> None:
        booking = a_booking(f"{hour}-{n}", slot(hour), UNITS[n % 4])
        make(store, booking, answer=an_answer(booking, f"key-{hour}"))

    for outcomes in races(act):
        assert outcomes == {WON: 1, AlreadyAnswered: THREADS - 1}
    for hour, claim in enumerate(claims(store)):
        request = an_answer(a_booking("b", slot(hour)), f"key-{hour}").request
        answer = store.idempotency.answer(request)
        assert answer is not None
        assert answer.booking.id == claim.booking_id


def test_the_limit_of_holds_is_exact(store: Storage) -> None:
    """A customer who asks eight times at once gets as many holds as one at a time."""

    def act(round: int, n: int) -> None:
        mine = CustomerId(f"customer-{round}")
        limit = HoldLimit(customer_id=mine, resource_id=ROOM, holds_max=3)
        hold = a_hold(f"{round}-{n}", slot(round * THREADS + n), customer_id=mine)
        make(store, hold, hold_limits=(limit,))

    for outcomes in races(act):
        assert outcomes == {WON: 3, TooManyHolds: THREADS - 3}


def test_swaps_that_cross_lose_no_unit(store: Storage) -> None:
    """Neighbours in a ring swap at once: two pairs that do not touch win, the others are stale."""
    rings = [
        [make(store, a_booking(f"{hour}-{n}", slot(hour), UNITS[n])) for n in range(4)]
        for hour in range(ROUNDS)
    ]

    def swap(hour: int, n: int) -> None:
        one, other = rings[hour][n % 4], rings[hour][(n + 1) % 4]
        moves = ((one, one.with_units(other.items)), (other, other.with_units(one.items)))
        store.unit_of_work.commit(changing(*moves))

    for outcomes in races(swap):
        assert outcomes == {WON: 2, StaleBooking: THREADS - 2}
    for hour, ring in enumerate(rings):
        held = claims(store, window=slot(hour))
        assert [claim.unit_id for claim in held] == list(UNITS)
        assert {claim.booking_id for claim in held} == {booking.id for booking in ring}


def test_a_reader_never_sees_half_a_commit(store: Storage) -> None:
    """While two bookings swap over and over, both of them always have a unit."""
    pair = [make(store, a_booking(name, slot(9), unit)) for name, unit in (("a", A), ("b", B))]
    done = Event()

    def read() -> set[tuple[str, ...]]:
        seen = {tuple(holders(store))}
        while not done.is_set():
            seen.add(tuple(holders(store)))
        return seen

    with ThreadPoolExecutor(2) as threads:
        readers = [threads.submit(read) for _ in range(2)]
        try:
            for _ in range(5 * ROUNDS):
                one, other = pair
                moves = ((one, one.with_units(other.items)), (other, other.with_units(one.items)))
                store.unit_of_work.commit(changing(*moves))
                pair = [next_of(before, after) for before, after in moves]
        finally:
            done.set()
        seen = set().union(*(reader.result() for reader in readers))
    assert seen <= {("a", "b"), ("b", "a")}


def slot(hour: int) -> Span:
    """One hour of the day, or of a day after it."""
    return span(hour, hour + 1)
