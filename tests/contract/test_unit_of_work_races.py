"""All or nothing: eight threads at once. Who wins is chance; how many win is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from booking_core.domain.kernel.errors import BookingError
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
    ANN,
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
    make,
    span,
    standing,
)

A, B, C, D = UNITS
THREADS = 8
WON = "won"


def race(act: Callable[[int], object]) -> Counter[object]:
    """Let all threads act at the same moment, and count who won and what refused the others."""
    start = Barrier(THREADS)

    def run(number: int) -> object:
        start.wait()
        try:
            act(number)
        except BookingError as refusal:
            return type(refusal)
        return WON

    with ThreadPoolExecutor(THREADS) as threads:
        return Counter(threads.map(run, range(THREADS)))


def test_a_slot_has_one_winner(store: Storage) -> None:
    """Eight want one unit at one time: one has it, the others are told that it is taken."""
    outcomes = race(lambda n: make(store, a_booking(f"b-{n}", span(9, 10))))
    assert outcomes == {WON: 1, Taken: THREADS - 1}
    assert len(claims(store)) == 1


def test_overlapping_periods_have_one_winner(store: Storage) -> None:
    """All periods share one moment, though no two are the same."""
    outcomes = race(lambda n: make(store, a_booking(f"b-{n}", span(n, n + THREADS))))
    assert outcomes == {WON: 1, Taken: THREADS - 1}


def test_whoever_wants_another_slot_is_not_refused(store: Storage) -> None:
    """Neighbours in time and in units do not disturb each other."""
    outcomes = race(
        lambda n: make(store, a_booking(f"b-{n}", span(n // 4, n // 4 + 1), UNITS[n % 4]))
    )
    assert outcomes == {WON: THREADS}
    assert len(claims(store)) == THREADS


def test_crossing_claims_end_in_an_answer(store: Storage) -> None:
    """Those who want A then B and those who want B then A block nobody for good; one pair wins."""
    outcomes = race(
        lambda n: make(store, a_booking(f"b-{n}", span(9, 10), *((A, B) if n % 2 else (B, A))))
    )
    assert outcomes == {WON: 1, Taken: THREADS - 1}
    assert {claim.unit_id for claim in claims(store)} == {A, B}
    assert len({claim.booking_id for claim in claims(store)}) == 1


def test_a_version_has_one_writer(store: Storage) -> None:
    """Eight read the same booking and change it: one wins, the others are stale."""
    booking = make(store, a_hold("b", span(9, 10)))
    outcomes = race(lambda n: change(store, booking, booking.extend(NOW + (n + 2) * HOLD)))
    assert outcomes == {WON: 1, StaleBooking: THREADS - 1}
    assert standing(store, booking).booking.version == 2
    assert len(store.bookings.history(ACME, booking.id, PageRequest()).entries) == 2


def test_a_key_has_one_effect(store: Storage) -> None:
    """One request, sent eight times at once, is done once."""

    def act(n: int) -> None:
        booking = a_booking(f"b-{n}", span(n, n + 1))
        make(store, booking, answer=an_answer(booking))

    assert race(act) == {WON: 1, AlreadyAnswered: THREADS - 1}
    (claim,) = claims(store)
    answer = store.idempotency.answer(an_answer(a_booking("b", span(9, 10))).request)
    assert answer is not None
    assert answer.booking.id == claim.booking_id


def test_the_limit_of_holds_is_exact(store: Storage) -> None:
    """A customer who asks eight times at once gets as many holds as one at a time."""
    limits = (HoldLimit(customer_id=ANN, resource_id=ROOM, holds_max=3),)
    outcomes = race(lambda n: make(store, a_hold(f"b-{n}", span(n, n + 1)), hold_limits=limits))
    assert outcomes == {WON: 3, TooManyHolds: THREADS - 3}
    assert len(claims(store)) == 3


def test_swaps_that_cross_never_lose_a_claim(store: Storage) -> None:
    """Pairs of bookings swap in a ring at once: two that do not touch win, and no unit is lost."""
    ring = [make(store, a_booking(f"b-{n}", span(9, 10), UNITS[n])) for n in range(4)]

    def swap(n: int) -> None:
        one, other = ring[n % 4], ring[(n + 1) % 4]
        moves = (
            (one, one.with_units(other.items)),
            (other, other.with_units(one.items)),
        )
        store.unit_of_work.commit(changing(*moves))

    outcomes = race(swap)
    assert outcomes == {WON: 2, StaleBooking: THREADS - 2}
    held = claims(store)
    assert {claim.unit_id for claim in held} == set(UNITS)
    assert {claim.booking_id for claim in held} == {booking.id for booking in ring}
