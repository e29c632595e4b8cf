"""Whoever waits for events hears of them, whoever commits them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from threading import Event

import pytest

from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_core.ports.doorbell import Listener
from booking_core.ports.storage import Storage
from booking_core.ports.unit_of_work import Lapse
from tests.contract.builders import (
    HOLD,
    NOW,
    a_hold,
    an_event,
    make,
    next_of,
    span,
)
from tests.storages import Storages

PATIENCE_SECONDS = 20.0
QUIET_SECONDS = 0.3
RINGS_MOST = 100


@pytest.fixture
def elsewhere(storage: Storages, store: Storage) -> Iterator[Storage]:
    """The same storage as another process sees it, which rings when it commits."""
    if isinstance(store, MemoryStorage):
        yield store  # There is no other process.
    else:
        with closing(SqlStorage.open(storage.url_of(store), rings=True)) as ringing:
            yield ringing


@pytest.fixture
def listener(store: Storage) -> Iterator[Listener]:
    """Somebody who listens, and has heard all that was."""
    with closing(store.doorbell.listen()) as listener:
        hush(listener)
        yield listener


def hush(listener: Listener) -> None:
    """Hear all that rings still, which is not much."""
    assert not all(listener.wait(QUIET_SECONDS) for _ in range(RINGS_MOST))


def test_whoever_waits_is_woken_by_a_commit(
    listener: Listener, store: Storage, elsewhere: Storage
) -> None:
    """It need not wait for as long as it would."""
    with ThreadPoolExecutor(1) as threads:
        waits = Event()

        def wait() -> bool:
            waits.set()
            return listener.wait(PATIENCE_SECONDS)

        heard = threads.submit(wait)
        waits.wait()
        make(elsewhere, a_hold("b", span(9, 10)))
        assert heard.result()


def test_what_rang_before_somebody_waits_is_not_lost(
    listener: Listener, elsewhere: Storage
) -> None:
    """It comes between two looks, when the listener does something else."""
    make(elsewhere, a_hold("b", span(9, 10)))
    assert listener.wait(PATIENCE_SECONDS)


def test_what_rang_is_heard_once(listener: Listener, elsewhere: Storage) -> None:
    """Then it is quiet, until somebody commits again."""
    for number in range(3):
        make(elsewhere, a_hold(f"b{number}", span(9 + number, 10 + number)))
        assert listener.wait(PATIENCE_SECONDS)
        hush(listener)
        assert not listener.wait(0)


def test_a_burst_is_heard(listener: Listener, elsewhere: Storage) -> None:
    """However many rings it is."""
    for number in range(50):
        make(elsewhere, a_hold(f"b{number}", span(9 + number, 10 + number)))
    assert listener.wait(PATIENCE_SECONDS)
    hush(listener)


def test_a_lapse_rings_too(listener: Listener, elsewhere: Storage) -> None:
    """It is committed another way."""
    hold = make(elsewhere, a_hold("b", span(9, 10)))
    assert listener.wait(PATIENCE_SECONDS)
    hush(listener)
    expired = next_of(hold, hold.expire())
    (overdue,) = elsewhere.bookings.overdue(NOW + HOLD, 10)
    event = an_event(expired, "booking.expired")
    lapse = Lapse(hold=overdue, state=expired.state, reason_code="hold_lapsed", event=event)
    assert elsewhere.unit_of_work.lapse([lapse], NOW + HOLD) == 1
    assert listener.wait(PATIENCE_SECONDS)


def test_each_of_several_listeners_hears_it(store: Storage, elsewhere: Storage) -> None:
    """None hears it in another's place."""
    with ExitStack() as stack:
        listeners = [stack.enter_context(closing(store.doorbell.listen())) for _ in range(3)]
        for listener in listeners:
            hush(listener)
        make(elsewhere, a_hold("b", span(9, 10)))
        assert all(listener.wait(PATIENCE_SECONDS) for listener in listeners)


def test_a_listener_waits_as_long_as_it_was_asked_to(listener: Listener) -> None:
    """When nothing happens."""
    begun = time.monotonic()
    assert not listener.wait(QUIET_SECONDS)
    assert time.monotonic() - begun >= QUIET_SECONDS / 2


def test_ringing_needs_nobody_who_listens(elsewhere: Storage) -> None:
    """Nor does closing fail when it has rung, or has not."""
    for _ in range(3):
        elsewhere.doorbell.ring()
    elsewhere.doorbell.close()
    elsewhere.doorbell.close()
