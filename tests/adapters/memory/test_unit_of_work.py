"""All or nothing, in memory: what chance alone would seldom show."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

import pytest

from booking_adapters.memory.state import State
from booking_adapters.memory.storage import MemoryStorage
from booking_core.ports.idempotency import Answer, RequestKey
from booking_core.ports.unit_of_work import AlreadyAnswered, StaleBooking
from tests.contract.builders import (
    a_booking,
    an_answer,
    change,
    furnish,
    holders,
    make,
    span,
    standing,
)

THREADS = 4


class SlowAnswers(dict[RequestKey, Answer]):
    """Lets other threads run between the question and what is done with the answer."""

    def __contains__(self, request: object) -> bool:
        found = super().__contains__(request)
        sleep(0.002)
        return found


def test_nobody_comes_between_the_refusals_and_the_changes() -> None:
    """What was asked still holds when it is acted upon, however long that takes."""
    store = MemoryStorage(State(answers=SlowAnswers()))
    furnish(store)
    start = Barrier(THREADS)

    def commit(n: int) -> bool:
        start.wait()
        booking = a_booking(f"b-{n}", span(n, n + 1))
        try:
            make(store, booking, answer=an_answer(booking))
        except AlreadyAnswered:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as threads:
        assert sum(threads.map(commit, range(THREADS))) == 1


def test_what_cannot_be_done_is_found_out_before_anything_is() -> None:
    """A mistake in a use case, such as releasing a claim twice, leaves no half of a commit."""
    store = MemoryStorage()
    furnish(store)
    booking = make(store, a_booking("b", span(9, 10)))
    (claim,) = booking.claims()
    with pytest.raises(StaleBooking):
        change(store, booking, booking.cancel("changed_my_mind"), released=(claim, claim))
    assert standing(store, booking).booking == booking
    assert holders(store) == ["b"]
