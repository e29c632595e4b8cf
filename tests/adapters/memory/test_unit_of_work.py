"""All or nothing, in memory: what chance alone would seldom show."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

from booking_adapters.memory.state import State
from booking_adapters.memory.storage import MemoryStorage
from booking_core.ports.idempotency import Answer, RequestKey
from booking_core.ports.unit_of_work import AlreadyAnswered
from tests.contract.builders import a_booking, an_answer, furnish, make, span

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
