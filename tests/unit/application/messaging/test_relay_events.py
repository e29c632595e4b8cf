"""Telling a broker what happened."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_adapters.memory.telemetry import MemoryTelemetry
from booking_core.application.messaging.relay_events import LEASE, waves
from booking_core.domain.kernel.errors import Busy
from booking_core.domain.kernel.ids import BookingId
from booking_core.ports.outbox import Unsent
from booking_core.ports.publisher import NotPublished
from tests.contract import builders as b
from tests.unit.application.messaging.post import Died, Mood, MortalOutbox, Post

RENEWED_BY = LEASE / 3


@pytest.fixture
def post() -> Post:
    """Nothing has happened yet."""
    return Post()


def test_what_happened_is_told_once(post: Post) -> None:
    """In the order of the commits, and then there is nothing to do."""
    relay = post.relay()
    assert relay.turn() == 0
    first, second = post.book(), post.book()
    post.change(first)
    assert relay.turn() == 3
    ann, bob = post.bookings[first].id, post.bookings[second].id
    assert post.broker.arrived == [(ann, 1), (bob, 1), (ann, 2)]
    assert relay.turn() == 0
    assert post.unsent() == set()


def test_a_turn_is_one_batch(post: Post) -> None:
    """However much waits."""
    relay = post.relay(batch=2)
    for _ in range(5):
        post.book()
    assert [relay.turn() for _ in range(4)] == [2, 2, 1, 0]


def test_a_full_batch_is_marked_while_the_next_is_told(post: Post) -> None:
    """Each event is told once, and all are marked when nothing follows."""
    relay = post.relay(batch=2)
    for _ in range(4):
        post.book()
    assert relay.turn() == 2
    assert len(post.unsent()) == 4
    assert relay.turn() == 2
    assert post.unsent() == set()
    assert len(post.broker.arrived) == 4


def test_a_relay_that_stops_marks_what_it_told(post: Post) -> None:
    """Nobody tells it again, though a batch was to follow."""
    leaving, staying = post.relay(batch=2), post.relay()
    for _ in range(3):
        post.book()
    leaving.turn()
    leaving.stop()
    assert staying.turn() == 1
    assert len(post.broker.arrived) == 3


def test_what_was_read_ahead_is_read_again_where_shards_change_hands(post: Post) -> None:
    """At a renewal it may be another's, and what was told is marked before."""
    one, two = post.relay(batch=20), post.relay(batch=20)
    for _ in range(60):
        post.book()
    assert one.turn() == 20
    two.turn()
    post.clock.advance(RENEWED_BY)
    for _ in range(9):
        one.turn()
        two.turn()
    assert len(post.broker.arrived) == 60
    assert post.unsent() == set()


def test_what_follows_a_refusal_is_read_again(post: Post) -> None:
    """Of a booking whose event was refused nothing that was read ahead is told."""
    number = post.book()
    post.book()
    for _ in range(2):
        post.change(number)
    relay = post.relay(batch=2)
    post.broker.moods = [Mood.REFUSED]
    with pytest.raises(NotPublished):
        relay.turn()
    assert relay.turn() == 1 + 1
    assert [place for id, place in post.broker.arrived if id == post.bookings[number].id] == [1, 2]


def test_storage_that_is_away_while_a_broker_confirms_costs_no_second_telling(post: Post) -> None:
    """What the broker has is marked as soon as storage is back."""
    relay = post.relay(batch=2)
    assert isinstance(relay.outbox, MortalOutbox)
    for _ in range(5):
        post.book()
    assert relay.turn() == 2
    relay.outbox.is_away = True
    for _ in range(2):
        with pytest.raises(Busy):
            relay.turn()
    assert len(post.broker.arrived) == 4
    relay.outbox.is_away = False
    assert relay.turn() == 1
    assert len(post.broker.arrived) == 5
    assert post.unsent() == set()


def test_a_booking_is_in_a_wave_once(post: Post) -> None:
    """The next wave goes out when the broker has the one before."""
    first, second = post.book(), post.book()
    for _ in range(2):
        post.change(first)
    post.relay().turn()
    ann, bob = post.bookings[first].id, post.bookings[second].id
    assert post.broker.waves == [[ann, bob], [ann], [ann]]


def test_what_the_broker_has_is_marked_also_where_it_refused_the_rest(post: Post) -> None:
    """Only the rest comes again, when whoever called has backed off."""
    numbers = [post.book() for _ in range(3)]
    ids = [post.bookings[number].id for number in numbers]
    relay = post.relay()
    post.broker.moods = [Mood.TAKEN, Mood.REFUSED, Mood.TAKEN]
    with pytest.raises(NotPublished):
        relay.turn()
    assert post.unsent() == {(ids[1], 1)}
    assert relay.turn() == 1
    assert sorted(post.broker.arrived) == sorted((id, 1) for id in ids)


def test_nothing_follows_a_wave_that_was_refused(post: Post) -> None:
    """Not even of bookings whose part of it was taken: the connection is gone."""
    first, second = post.book(), post.book()
    post.change(first)
    post.change(second)
    post.broker.moods = [Mood.TAKEN, Mood.REFUSED]
    with pytest.raises(NotPublished):
        post.relay().turn()
    assert post.broker.arrived == [(post.bookings[first].id, 1)]
    assert len(post.unsent()) == 3


def test_what_arrived_unsaid_comes_twice(post: Post) -> None:
    """A broker that has something, and could not say so, gets it again."""
    id = post.bookings[post.book()].id
    relay = post.relay()
    post.broker.moods = [Mood.UNSAID]
    with pytest.raises(NotPublished):
        relay.turn()
    assert relay.turn() == 1
    assert post.broker.arrived == [(id, 1), (id, 1)]


def test_a_relay_that_died_before_it_marked_is_followed_by_another(post: Post) -> None:
    """As soon as its lease is over; what it told is told again."""
    id = post.bookings[post.book()].id
    unlucky, heir = post.relay(), post.relay()
    assert isinstance(unlucky.outbox, MortalOutbox)
    unlucky.outbox.dies = True
    with pytest.raises(Died):
        unlucky.turn()
    assert heir.turn() == 0
    post.clock.advance(LEASE)
    assert heir.turn() == 1
    assert post.broker.arrived == [(id, 1), (id, 1)]


def test_two_relays_share_what_happens(post: Post) -> None:
    """Each event is told by one of them, as soon as the first has noticed the second."""
    one, two = post.relay(), post.relay()
    for relay in (one, two):
        relay.turn()
    post.clock.advance(RENEWED_BY)
    for relay in (one, two):
        relay.turn()
    for _ in range(40):
        post.book()
    told = one.turn(), two.turn()
    assert sum(told) == 40
    assert min(told) > 0
    assert len(post.broker.arrived) == 40


def test_a_relay_that_stops_leaves_its_shards_at_once(post: Post) -> None:
    """Nobody has to wait until its lease is over."""
    leaving, staying = post.relay(), post.relay()
    leaving.turn()
    leaving.stop()
    post.book()
    assert staying.turn() == 1


def test_a_clock_that_is_set_back_keeps_no_relay_from_sharing(post: Post) -> None:
    """Its next renewal is not put off until the clock is where it was."""
    first, second = post.relay(), post.relay()
    first.turn()
    post.clock.advance(-timedelta(days=1))
    for relay in (second, first):
        relay.turn()
    post.clock.advance(RENEWED_BY)
    for _ in range(40):
        post.book()
    assert second.turn() > 0


def test_a_frozen_relay_does_no_harm(post: Post) -> None:
    """It believes in its lease, tells late what others told, and marks what is marked."""
    number = post.book()
    frozen, other = post.relay(), post.relay()

    def meanwhile() -> None:
        post.clock.advance(2 * LEASE)
        other.turn()
        post.change(number)
        other.turn()

    post.broker.meanwhile = meanwhile
    assert frozen.turn() == 1
    assert [number for _, number in post.broker.arrived] == [1, 2, 1]
    assert post.out_of_order() == {}
    assert post.unsent() == set()


@given(st.lists(st.sampled_from("abcd")))
def test_waves_keep_every_bookings_order(names: list[str]) -> None:
    """All events are in one, none has a booking twice, and each booking's come one by one."""
    events = [
        Unsent(position, b.an_event(b.a_hold(name, b.span(9, 10)), "booking.happened"))
        for position, name in enumerate(names)
    ]
    told = waves(events)
    for wave in told:
        ids: list[BookingId] = [each.event.booking_id for each in wave]
        assert ids
        assert len(ids) == len(set(ids))
    for name in set(names):
        of_it = [
            each.position
            for wave in told
            for each in wave
            if each.event.booking_id == b.id_of(name)
        ]
        assert of_it == [place for place, other in enumerate(names) if other == name]
    assert sorted(each.position for wave in told for each in wave) == list(range(len(names)))


def test_what_was_told_and_what_was_not_is_counted(post: Post) -> None:
    """By event type, wave by wave; what is told again counts again."""
    telemetry = MemoryTelemetry()
    relay = post.relay()
    relay.telemetry = telemetry
    for _ in range(3):
        post.book()
    post.broker.moods = [Mood.TAKEN, Mood.REFUSED, Mood.TAKEN]
    with pytest.raises(NotPublished):
        relay.turn()
    relay.turn()
    (type,) = telemetry.published
    assert telemetry.published[type] == 3
    assert telemetry.unpublished == {type: 1}
