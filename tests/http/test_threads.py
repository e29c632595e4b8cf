"""The threads behind the interface: bounded in number, in what waits, and in time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from threading import Event

import pytest

from booking_core.domain.kernel.errors import Busy
from booking_http.refusals import DeadlinePassed
from booking_http.threads import Threads


class Door:
    """Something that takes as long as somebody holds it shut."""

    def __init__(self) -> None:
        self.reached, self.opened = Event(), Event()

    def pass_through(self) -> str:
        """Wait until it is open."""
        self.reached.set()
        assert self.opened.wait(10)
        return "through"


@pytest.fixture
def door() -> Iterator[Door]:
    """A door that nobody is left before."""
    door = Door()
    yield door
    door.opened.set()


def test_what_was_begun_is_finished_and_what_waits_is_bounded(door: Door) -> None:
    """One is at work and one waits; who comes next is refused at once, and may come again."""
    threads = Threads(count=1, waiting_max=1)

    async def crowd() -> list[str]:
        first = asyncio.ensure_future(threads.run(door.pass_through))
        await asyncio.to_thread(door.reached.wait)
        second = asyncio.ensure_future(threads.run(door.pass_through))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await threads.run(door.pass_through)
        door.opened.set()
        return [await first, await second, await threads.run(door.pass_through)]

    assert asyncio.run(crowd()) == ["through"] * 3
    threads.stop()


def test_nobody_waits_longer_than_the_deadline(door: Door) -> None:
    """Whoever gave up is told that it may be done or not; the thread goes on to serve others."""
    threads = Threads(count=1, waiting_max=8, deadline_seconds=0.01)

    async def impatient() -> str:
        with pytest.raises(DeadlinePassed):
            await threads.run(door.pass_through)
        door.opened.set()
        threads.deadline_seconds = 10
        return await threads.run(door.pass_through)

    assert asyncio.run(impatient()) == "through"
    threads.stop()


def test_a_client_that_leaves_harms_nobody(door: Door) -> None:
    """Its act is finished, its answer dropped, and the next one is served."""
    threads = Threads(count=1, waiting_max=8)

    async def leave() -> str:
        gone = asyncio.ensure_future(threads.run(door.pass_through))
        await asyncio.to_thread(door.reached.wait)
        gone.cancel()
        door.opened.set()
        return await threads.run(door.pass_through)

    assert asyncio.run(leave()) == "through"
    threads.stop()


def test_what_an_act_raises_is_raised_where_it_is_awaited() -> None:
    """A refusal in a thread is a refusal of the request."""
    threads = Threads(count=2, waiting_max=8)

    def refuse() -> None:
        raise Busy("for a test")

    async def ask() -> None:
        with pytest.raises(Busy, match="for a test"):
            await threads.run(refuse)

    asyncio.run(ask())
    threads.stop()
    asyncio.run(ask())  # Stopped, it begins again with the next work.
    threads.stop()
