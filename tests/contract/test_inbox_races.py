"""What each consumer was told: many at once. Who wins is chance; that each wins once is not."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from itertools import chain
from random import Random
from threading import Barrier, Event
from typing import TypeVar

import pytest

from booking_core.domain.kernel.errors import Busy
from booking_core.ports.inbox import LetterState, Standing, Told
from booking_core.ports.storage import Storage
from tests.contract.builders import NOW
from tests.contract.inbox_builders import (
    A_WHILE,
    DONE,
    EARLY,
    NEW,
    PAYMENTS,
    STALE,
    a_letter,
    history,
    ids,
    keep,
    look,
    take,
    told,
    write,
    written,
)

THREADS = 6
TRIES_MAX = 200
ROUNDS_MAX = 300
A_MOMENT_SECONDS = 0.3  # Long enough for one that does not wait to be seen.

T = TypeVar("T")


class HandlerFailed(Exception):
    """A handler's own."""


@pytest.fixture(autouse=True)
def eager_threads() -> Iterator[None]:
    """Let threads interrupt each other at every turn, so that what can go wrong does."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def persistently(act: Callable[[], T]) -> T:
    """What comes of it once it is not too busy for it: as whoever consumes would."""
    for _ in range(TRIES_MAX):
        try:
            return act()
        except Busy:
            continue
    raise AssertionError(f"after {TRIES_MAX} tries still busy")


def all_at_once(act: Callable[[int], T]) -> list[T]:
    """What comes of it for each of the threads."""
    start = Barrier(THREADS)

    def begin(number: int) -> T:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(begin, range(THREADS)))


class Holding:
    """A transaction that has taken events, in a thread of its own, and is not over yet."""

    def __init__(self, store: Storage, events: Sequence[Told], *, fails: bool = False) -> None:
        self._taken, self._end = Event(), Event()
        self._threads = ThreadPoolExecutor(2)
        self._holding = self._threads.submit(self._hold, store, events, fails)
        self._taken.wait()

    def _hold(self, store: Storage, events: Sequence[Told], fails: bool) -> None:
        with store.inbox.together(PAYMENTS, NOW) as reception:
            try:
                reception.take(events, in_order=True)
            finally:
                self._taken.set()
            self._end.wait()
            if fails:
                raise HandlerFailed

    def begin(self, act: Callable[[], T]) -> Future[T]:
        """Do that beside it, until it is done."""
        return self._threads.submit(persistently, act)

    def wait_for(self, act: Callable[[], T]) -> Future[T]:
        """Do that beside it: it waits, as long as this is not over."""
        begun = self.begin(act)
        wait([begun], A_MOMENT_SECONDS)
        assert not begun.done()
        return begun

    def end(self) -> None:
        """Let it come to its end, and forgive it its failure."""
        self._end.set()
        self._threads.shutdown()
        assert isinstance(self._holding.exception(), HandlerFailed | None)


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize(("fails", "standing"), [(False, DONE), (True, NEW)])
def test_the_second_of_two_waits_for_the_first(
    store: Storage, in_order: bool, fails: bool, standing: Standing
) -> None:
    """And finds the event done, or new if the first has failed."""
    event = told("e", 1)
    first = Holding(store, [event], fails=fails)
    try:
        second = first.wait_for(partial(take, store, event, in_order=in_order))
    finally:
        first.end()
    assert second.result() == [standing]


@pytest.mark.parametrize("fails", [False, True])
def test_whoever_goes_on_with_a_booking_is_told_where_it_is(store: Storage, fails: bool) -> None:
    """Not where it would be if another transaction came to its end: that may fail."""
    take(store, *history(1))
    first = Holding(store, history(2), fails=fails)
    try:
        assert look(store, *history(3)) == [EARLY]
        # Where one transaction waits for another this is begun only when the first is over.
        third = first.begin(partial(take, store, *history(3)))
    finally:
        first.end()
    standing = EARLY if fails else NEW
    (found,) = third.result()
    assert found in (EARLY, standing)
    assert take(store, *history(3)) == [DONE if found is NEW else standing]


def test_two_events_with_one_number_are_not_both_applied(store: Storage) -> None:
    """The second, which waits for the first, is stale."""
    take(store, *history(1))
    first = Holding(store, history(2))
    try:
        second = first.wait_for(partial(take, store, told("other", 2)))
    finally:
        first.end()
    assert second.result() == [STALE]


@pytest.mark.parametrize("in_order", [True, False])
def test_each_event_has_one_effect(store: Storage, in_order: bool) -> None:
    """However often it is delivered, to however many, in whatever batches."""
    events = [told(f"e-{number}", 1, f"b-{number}") for number in range(30)]

    def consume(number: int) -> list[str]:
        random = Random(number)
        done = []
        for _ in range(12):
            batch = random.choices(events, k=random.randint(1, 12))
            done += persistently(partial(handle, store, batch, in_order))
        return done

    effects = list(chain.from_iterable(all_at_once(consume)))
    assert len(effects) > len(events) / 2
    assert Counter(effects).most_common(1)[0][1] == 1
    assert sorted(written(store)) == sorted(effects)


def handle(store: Storage, batch: Sequence[Told], in_order: bool) -> list[str]:
    """Write an effect for each that is new; which those are."""
    with store.inbox.together(PAYMENTS, NOW) as reception:
        found = reception.take(batch, in_order=in_order)
        new = [each.event_id for each, how in zip(batch, found, strict=True) if how is NEW]
        for name in new:
            write(store, reception, name)
    return list(new)


def test_a_bookings_events_are_applied_one_after_the_other(store: Storage) -> None:
    """Whoever has which of them, and in whatever order they come."""
    length = 8
    applied: dict[object, list[object]] = {"a": [], "b": [], "c": []}
    events = [each for name in "abc" for each in history(*range(1, length + 1), booking=name)]

    def attempt(batch: Sequence[Told]) -> None:
        with store.inbox.together(PAYMENTS, NOW) as reception:
            found = reception.take(batch, in_order=True)
            # Before it is over: whoever is next has to wait for the booking's place.
            for each, how in zip(batch, found, strict=True):
                if how is NEW:
                    applied[each.booking_id].append(each.sequence)

    def consume(number: int) -> None:
        random = Random(number)
        for _ in range(ROUNDS_MAX):
            if all(len(sequences) >= length for sequences in applied.values()):
                return
            persistently(partial(attempt, random.sample(events, random.randint(1, 6))))

    all_at_once(consume)
    assert applied == {name: list(range(1, length + 1)) for name in "abc"}


def test_a_letter_is_claimed_by_one(store: Storage) -> None:
    """Many who ask at one moment share the letters."""
    keep(store, *(b"%d" % number for number in range(40)))

    def claim(_: int) -> list[int]:
        mine = []
        for _ in range(10):
            letters = persistently(lambda: store.inbox.claim(PAYMENTS, NOW, NOW + A_WHILE, 3))
            mine += [letter.id for letter in letters]
        return mine

    claimed = list(chain.from_iterable(all_at_once(claim)))
    assert sorted(claimed) == ids(store)
    assert {letter.attempts for letter in store.inbox.letters(None, LetterState.WAITING)} == {2}


def test_a_message_is_kept_by_one(store: Storage) -> None:
    """Many who could not apply the same leave one letter."""
    letters = [a_letter(b"%d" % number) for number in range(10)]

    def consume(number: int) -> None:
        mine = Random(number).sample(letters, len(letters))
        persistently(lambda: store.inbox.keep(mine))

    all_at_once(consume)
    assert len(ids(store)) == len(letters)
