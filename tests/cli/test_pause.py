"""How long a relay waits between two looks, called or not."""

from __future__ import annotations

import time
from threading import Event

from booking_adapters.memory.doorbell import MemoryDoorbell
from booking_cli.relay import IDLE_FIRST_SECONDS, IDLE_MOST_SECONDS, STOP_HEARD_SECONDS, Pause
from booking_core.ports.doorbell import Listener


class Deaf(Listener):
    """Behind a pooler of connections, for instance: it never rings."""

    def __init__(self) -> None:
        """Nobody has waited yet."""
        self.asked: list[float] = []

    def wait(self, seconds: float) -> bool:
        """Note how long."""
        self.asked.append(seconds)
        time.sleep(seconds)
        return False

    def close(self) -> None:
        """There is no connection."""


class Called(Listener):
    """One that rings at once, and notes how long it would have waited."""

    def __init__(self) -> None:
        """Nobody has waited yet."""
        self.asked: list[float] = []

    def wait(self, seconds: float) -> bool:
        """It rings."""
        self.asked.append(seconds)
        return True

    def close(self) -> None:
        """There is no connection."""


def test_a_relay_that_is_not_called_looks_less_and_less_often() -> None:
    """Soon after it was busy; and again as soon as it is busy again."""
    deaf = Deaf()
    pause = Pause(deaf)
    pause.after(7, Event())
    assert deaf.asked == []
    for _ in range(2):
        deaf.asked.clear()
        for number in range(4):
            del deaf.asked[number:]  # What a wait that was cut short went on with.
            pause.after(0, Event())
        assert deaf.asked[0] <= IDLE_FIRST_SECONDS
        assert sorted(deaf.asked[:4]) == deaf.asked[:4]
        pause.after(1, Event())


def test_a_relay_that_is_called_waits_for_that() -> None:
    """It still looks once a second: a ring may be lost."""
    called = Called()
    pause = Pause(called)
    pause.after(0, Event())
    assert called.asked.pop() <= IDLE_FIRST_SECONDS
    pause.after(1, Event())  # It rang, and there was something.
    pause.after(0, Event())
    assert IDLE_FIRST_SECONDS < called.asked.pop() <= STOP_HEARD_SECONDS < IDLE_MOST_SECONDS


def test_a_relay_that_was_not_called_when_something_was_there_trusts_no_more() -> None:
    """It looks often again, until it is called."""
    doorbell = MemoryDoorbell()
    pause = Pause(doorbell.listen())
    doorbell.ring()
    pause.after(0, Event())
    pause.after(1, Event())
    assert pause.is_called
    pause.after(0, stopped())
    pause.after(1, Event())
    assert not pause.is_called


def test_a_stop_is_heard() -> None:
    """Before it waits, and while it does."""
    deaf = Deaf()
    Pause(deaf).after(0, stopped())
    assert deaf.asked == []


def stopped() -> Event:
    """Somebody has asked it to stop."""
    event = Event()
    event.set()
    return event
