"""Telling again what a broker lost."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking_core.application.messaging.republish import AGAIN_MOST, PATIENCE
from booking_core.application.messaging.retry_schedule import RetrySchedule
from booking_core.application.messaging.tell_again import TellAgain
from booking_core.domain.kernel.incoming import Incoming, UnreadableMessage
from booking_core.ports.inbox import LetterState
from booking_core.ports.publisher import TOLD_AGAIN, Message, NotPublished
from booking_core.ports.telemetry import Fate
from tests.unit.application.messaging.lossy import WITHIN, Lossy

SECONDS = WITHIN.total_seconds()
DAY = 86_400.0


@pytest.fixture
def lossy() -> Lossy:
    """Nothing has happened yet, and nothing is lost."""
    return Lossy()


def test_what_is_received_is_awaited_no_more(lossy: Lossy) -> None:
    """As soon as somebody has looked for the receipt; nothing is told again."""
    relay, worker = lossy.relay("one"), lossy.worker("one")
    id = lossy.book(changes=1)
    lossy.run(relay, worker)
    assert lossy.awaited() == 2
    lossy.run(relay, worker, seconds=SECONDS)
    assert lossy.awaited() == 0
    assert lossy.effects == [("one", id, 1), ("one", id, 2)]
    assert lossy.told("one", id) == 1


def test_what_was_overtaken_is_told_again_when_it_is_overdue(lossy: Lossy) -> None:
    """Its consumer has what was sent later, so it will not come by itself; and not sooner."""
    relay, worker = lossy.relay("one"), lossy.worker("one")
    id = lossy.book()
    lossy.lose("one", id)
    lossy.run(relay, worker, seconds=1, step=1)
    lossy.book()
    lossy.run(relay, worker, seconds=SECONDS - 2, step=1)
    assert lossy.told("one", id) == 0
    lossy.run(relay, worker, seconds=10, step=1)
    assert [event for event in lossy.effects if event[1] == id] == [("one", id, 1)]
    assert lossy.telemetry.fates["one", "booking.created", Fate.TOLD_AGAIN] == 1


def test_a_consumer_that_is_down_is_not_told_again_at_once(lossy: Lossy) -> None:
    """Nothing overtook what it has not taken: it has ten times as long."""
    relay = lossy.relay("one")
    lossy.worker("one")
    for _ in range(3):
        lossy.book()
    lossy.run(relay, seconds=PATIENCE * SECONDS - 20)
    assert lossy.told_again() == 0
    lossy.run(relay, seconds=40)
    assert lossy.told_again() == 3


def test_a_consumer_that_was_down_goes_on_with_what_waited(lossy: Lossy) -> None:
    """Nothing of it counts as lost because something else has its receipt first."""
    relay, worker = lossy.relay("one"), lossy.worker("one")
    worker.batch = 1
    for _ in range(20):
        lossy.book()
        lossy.run(relay, seconds=1, step=1)
    lossy.run(relay, seconds=2 * SECONDS)
    lossy.book()
    lossy.run(relay, worker, seconds=SECONDS + 2, step=1)
    assert lossy.awaited() == 0
    assert lossy.told_again() == 0
    assert len(lossy.effects) == 21


def test_what_nothing_overtakes_is_told_again_in_the_end(lossy: Lossy) -> None:
    """The last event of a quiet day may be lost as well."""
    relay, worker = lossy.relay("one"), lossy.worker("one")
    id = lossy.book()
    lossy.lose("one", id)
    lossy.run(relay, worker, seconds=PATIENCE * SECONDS + 20)
    assert lossy.effects == [("one", id, 1)]


def test_both_waits_double_with_each_telling(lossy: Lossy) -> None:
    """An event that a consumer will not have is told less and less often."""
    relay, worker = lossy.relay("one"), lossy.worker("one")
    id = lossy.book()
    lossy.lose("one", id, times=4)
    seen = []
    for _ in range(120):
        lossy.book()
        before = lossy.told_again()
        lossy.run(relay, worker, seconds=10)
        if lossy.told_again() > before:
            seen.append(lossy.clock.now())
    first, *gaps = [(later - one).total_seconds() / SECONDS for one, later in pairwise(seen)]
    assert 2 <= first < 2.5
    assert [round(gap / first) for gap in gaps] == [2, 4]


def test_a_letter_is_as_good_as_a_receipt(lossy: Lossy) -> None:
    """The consumer has it for good, waiting or dead; it is not told again when that is dropped."""

    def unreadable(message: Message) -> Incoming:
        raise UnreadableMessage("nobody can read that")

    relay = lossy.relay("one", "two")
    one, two = lossy.worker("one"), lossy.worker("two", decode_by=unreadable)
    id = lossy.book(changes=1)
    lossy.lose("one", id, 1, times=100)  # So the second one waits for it.
    lossy.run(relay, one, two, seconds=SECONDS)
    (waits,) = lossy.storage.inbox.letters("one", LetterState.WAITING)
    assert waits.code == "too-early"
    dead = lossy.storage.inbox.letters("two", LetterState.DEAD)
    assert len(dead) == 2
    assert [(each.consumer, each.count) for each in lossy.storage.awaited.counts()] == [("one", 1)]
    lossy.storage.inbox.drop([letter.id for letter in dead])
    lossy.run(relay, one, two, seconds=PATIENCE * SECONDS)
    assert lossy.told("one", id, 2) == lossy.told("two", id, 2) == 1


def test_what_waits_in_a_letter_overtakes(lossy: Lossy) -> None:
    """A gap in a booking is closed by the one that is missing, before it is given up."""
    lossy.schedule = RetrySchedule()
    relay, worker = lossy.relay("one"), lossy.worker("one")
    id = lossy.book()
    lossy.lose("one", id)
    lossy.run(relay, worker, seconds=5, step=1)
    booking = lossy.bookings[0]
    lossy.bookings[0] = lossy.change(booking)
    lossy.run(relay, worker, seconds=lossy.schedule.gap.total_seconds(), step=2)
    assert lossy.effects == [("one", id, 1), ("one", id, 2)]


def test_in_the_end_it_is_a_dead_letter_that_can_be_replayed(lossy: Lossy) -> None:
    """It names who does not answer, somebody is told, and it is awaited no more."""
    relay = lossy.relay("one")
    worker = lossy.worker("one")
    id = lossy.book()
    lossy.lose("one", id, times=AGAIN_MOST + 1)
    lossy.run(relay, worker, seconds=8 * DAY, step=600)
    assert lossy.told_again() == AGAIN_MOST
    assert lossy.awaited() == 0
    (alarm,) = lossy.alarms
    (dead,) = lossy.dead()
    assert dead.code == alarm.code == "no-receipt"
    assert dead.cause == f"one was told {AGAIN_MOST + 1} times, and has no receipt for it"
    assert json.loads(dead.message.body)["awaited"] == "one"
    lossy.storage.inbox.replay([dead.id], lossy.clock.now())
    TellAgain(
        inbox=lossy.storage.inbox,
        bookings=lossy.storage.bookings,
        routes=relay.routes,
        clock=lossy.clock,
    )()
    worker.turn()
    (letter,) = lossy.storage.inbox.letters("one", LetterState.WAITING)
    assert letter.attempts == 0  # It may kill: so it is counted before it is tried.
    lossy.run(worker)
    assert lossy.effects == [("one", id, 1)]
    assert not lossy.dead()


def test_nobody_else_is_taken_for_a_consumer(lossy: Lossy) -> None:
    """Of two that are told the same only the one that lost it is awaited; the other drops it."""
    relay, one, two = lossy.relay("one", "two"), lossy.worker("one"), lossy.worker("two")
    id = lossy.book()
    lossy.lose("one", id)
    lossy.run(relay, one, two, seconds=PATIENCE * SECONDS + 20)
    assert sorted(lossy.effects) == [("one", id, 1), ("two", id, 1)]
    assert lossy.told("two", id) == 2


def test_what_two_have_lost_is_told_once_for_both(lossy: Lossy) -> None:
    """Each has a queue of its own, and what is told goes to all of them."""
    relay, one, two = lossy.relay("one", "two"), lossy.worker("one"), lossy.worker("two")
    id = lossy.book()
    lossy.lose("one", id)
    lossy.lose("two", id)
    lossy.run(relay, one, two, seconds=PATIENCE * SECONDS + 20)
    assert sorted(lossy.effects) == [("one", id, 1), ("two", id, 1)]
    assert lossy.told("one", id) == lossy.told("two", id) == 1


def test_what_comes_again_is_counted_before_it_is_tried(lossy: Lossy) -> None:
    """It may have been lost because it kills: so it carries a word, and is a letter first."""
    relay, worker = lossy.relay("one"), lossy.worker("one")
    id = lossy.book()
    lossy.lose("one", id)
    lossy.run(relay, worker, seconds=PATIENCE * SECONDS - 10)
    lossy.run(relay, seconds=20)
    assert worker.turn() == 1
    (letter,) = lossy.storage.inbox.letters("one", LetterState.WAITING)
    assert (letter.attempts, letter.message.headers[TOLD_AGAIN]) == (0, "yes")
    assert lossy.effects == []
    lossy.run(worker)
    assert lossy.effects == [("one", id, 1)]


def test_a_broker_that_refuses_is_asked_again(lossy: Lossy) -> None:
    """What it did not take counts as not told."""
    relay, worker = lossy.relay("one"), lossy.worker("one")
    id = lossy.book()
    lossy.lose("one", id)
    lossy.run(relay, worker)
    (route,) = relay.routes
    told = route.publisher.publish

    def refuse(messages: Collection[Message]) -> None:
        raise NotPublished("it is full")

    route.publisher.publish = refuse  # type: ignore[method-assign, assignment]
    lossy.run(relay, worker, seconds=PATIENCE * SECONDS + 60)
    assert lossy.told_again() == 0
    route.publisher.publish = told  # type: ignore[method-assign]
    lossy.run(relay, worker, seconds=10)
    assert lossy.effects == [("one", id, 1)]


def test_a_consumer_that_is_named_no_more_is_awaited_no_more(lossy: Lossy) -> None:
    """By the next relay that begins."""
    lossy.worker("one")
    lossy.book()
    lossy.run(lossy.relay("one"))
    assert lossy.awaited() == 1
    lossy.run(lossy.relay("two"))
    assert lossy.awaited() == 0


def test_what_cannot_be_told_is_not_awaited_for_ever(lossy: Lossy) -> None:
    """It is a dead letter since it should have been told, and stays one."""
    relay = lossy.relay("one")

    def encode(event: object) -> Message:
        raise ValueError("no words")

    relay.routes = [replace(route, encode=encode) for route in relay.routes]
    relay.tell_again = replace(relay.tell_again, routes=relay.routes)  # type: ignore[type-var]
    lossy.book()
    lossy.run(relay, seconds=2 * SECONDS)
    assert lossy.awaited() == 0
    assert [letter.code for letter in lossy.dead()] == ["untellable-event"]


fewest = st.integers(0, 3)


@settings(max_examples=20)
@given(
    bookings=st.lists(st.lists(st.tuples(fewest, fewest), min_size=1, max_size=4), max_size=6),
    relays=st.integers(1, 2),
    pause=st.sampled_from([0, 30, 90]),
)
def test_whatever_is_lost_everyone_has_everything_in_the_end(
    bookings: list[list[tuple[int, int]]], relays: int, pause: int
) -> None:
    """Each event once, those of each booking in their order, whichever deliveries never came."""
    lossy = Lossy()
    consumers = ("one", "two")
    relay = [lossy.relay(*consumers) for _ in range(relays)]
    workers = [lossy.worker(name) for name in consumers]
    for losses in bookings:
        id = lossy.book(changes=len(losses) - 1)
        for number, times in enumerate(losses, 1):
            for consumer, count in zip(consumers, times, strict=True):
                lossy.lose(consumer, id, number, count)
        lossy.run(*relay, *workers, seconds=pause, step=15)
    lossy.run(*relay, *workers, seconds=4 * 3600, step=60)
    applied: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for consumer, id, number in lossy.effects:
        applied[consumer, id].append(number)
    assert applied == {
        (consumer, booking.id): list(range(1, booking.sequence + 1))
        for consumer in consumers
        for booking in lossy.bookings
    }
    assert lossy.awaited() == 0
    assert not lossy.alarms
