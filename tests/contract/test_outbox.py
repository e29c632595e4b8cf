"""What happened and has not been told yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Event
from uuid import NAMESPACE_OID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.ids import BookingId, TenantId
from booking_core.ports.outbox import SHARDS, Backlog, shard_of
from booking_core.ports.page import PageRequest
from booking_core.ports.storage import Storage
from booking_core.ports.unit_of_work import Lapse
from tests.contract.builders import (
    ACME,
    GLOBEX,
    HOLD,
    NOW,
    UNITS,
    a_booking,
    a_hold,
    an_event,
    change,
    furnish,
    id_of,
    make,
    making,
    next_of,
    span,
)
from tests.storages import Storages

ALL = frozenset(range(SHARDS))
Told = list[tuple[BookingId, int]]


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgresql"])
def storages(request: pytest.FixtureRequest) -> Storages:
    """A factory, for a whole run of examples."""
    storages: Storages = request.getfixturevalue(f"{request.param}_storages")
    return storages


def booked(storage: Storage, number: int, tenant_id: TenantId = ACME) -> Booking:
    """A booking like no other, in a shard of its own making."""
    id = BookingId(str(uuid5(NAMESPACE_OID, f"{tenant_id} {number}")))
    period = span(number // 4, number // 4 + 1)
    new = a_hold(str(number), period, UNITS[number % 4], tenant_id=tenant_id)
    return make(storage, replace(new, id=id))


def told(storage: Storage, shards: Collection[int] = ALL, most: int = 1000) -> Told:
    """Of which bookings the events are, and their numbers."""
    found = storage.outbox.unsent(shards, most)
    return [(each.event.booking_id, each.event.sequence) for each in found]


def send(storage: Storage, shards: Collection[int] = ALL, most: int = 1000) -> Told:
    """The same, marked as sent."""
    found = storage.outbox.unsent(shards, most)
    storage.outbox.mark_sent([each.position for each in found], NOW)
    return [(each.event.booking_id, each.event.sequence) for each in found]


def test_an_outbox_begins_empty(store: Storage) -> None:
    """Nothing has happened."""
    assert told(store) == []
    assert store.outbox.backlog() == Backlog(count=0, oldest=None)


def test_events_come_as_they_were_committed(store: Storage) -> None:
    """All of them, whole, in the order of their commits, whichever tenant's they are."""
    ann = booked(store, 1)
    bob = booked(store, 1, GLOBEX)
    ann = change(store, ann, ann.cancel("changed_my_mind"))
    assert told(store) == [(ann.id, 1), (bob.id, 1), (ann.id, 2)]
    events = [each.event for each in store.outbox.unsent(ALL, 10)]
    for booking in (ann, bob):
        history = store.bookings.history(booking.tenant_id, booking.id, PageRequest()).entries
        assert [event for event in events if event.booking_id == booking.id] == list(history)


def test_events_of_one_commit_come_in_their_order(store: Storage) -> None:
    """A booking may have several of them."""
    new = a_booking("b", span(9, 10), sequence=3)
    numbered = [a_booking("b", span(9, 10), sequence=number) for number in (1, 2, 3)]
    events = tuple(an_event(each, "booking.happened") for each in numbered)
    store.unit_of_work.commit(making(new, events=events))
    assert told(store) == [(new.id, 1), (new.id, 2), (new.id, 3)]


def test_a_lapse_is_told_too(store: Storage) -> None:
    """It is committed another way."""
    hold = make(store, a_hold("b", span(9, 10)))
    expired = next_of(hold, hold.expire())
    (overdue,) = store.bookings.overdue(NOW + HOLD, 10)
    event = an_event(expired, "booking.expired")
    lapse = Lapse(hold=overdue, state=expired.state, reason_code="hold_lapsed", event=event)
    assert store.unit_of_work.lapse([lapse], NOW + HOLD) == 1
    assert told(store) == [(hold.id, 1), (hold.id, 2)]


def test_no_more_come_than_were_asked_for(store: Storage) -> None:
    """The first ones, and the same again as long as they are not marked."""
    ids = [booked(store, number).id for number in range(6)]
    for _ in range(2):
        assert told(store, most=4) == [(id, 1) for id in ids[:4]]


def test_what_is_in_hand_is_passed_over(store: Storage) -> None:
    """What follows comes, as many as were asked for; nothing of it is marked by that."""
    ids = [booked(store, number).id for number in range(6)]
    in_hand = [each.position for each in store.outbox.unsent(ALL, 3)]
    found = store.outbox.unsent(ALL, 2, in_hand[:2])
    assert [each.event.booking_id for each in found] == ids[2:4]
    every = [each.position for each in store.outbox.unsent(ALL, 10)]
    assert store.outbox.unsent(ALL, 10, every) == ()
    assert told(store) == [(id, 1) for id in ids]


def test_what_is_in_hand_hides_nothing_that_is_committed_late(store: Storage) -> None:
    """Only those positions are passed over, not all before them."""
    first, second, third = (booked(store, number).id for number in range(3))
    *_, last = store.outbox.unsent(ALL, 10)
    found = store.outbox.unsent(ALL, 10, [last.position])
    assert [each.event.booking_id for each in found] == [first, second]
    assert last.event.booking_id == third


def test_what_is_marked_does_not_come_again(store: Storage) -> None:
    """Marking twice, late, or what never was, is harmless."""
    ids = [booked(store, number).id for number in range(3)]
    first, *_ = store.outbox.unsent(ALL, 10)
    for _ in range(2):
        store.outbox.mark_sent([first.position], NOW)
        assert told(store) == [(id, 1) for id in ids[1:]]
    send(store)
    store.outbox.mark_sent([first.position, 10**12], NOW + timedelta(days=1))
    store.outbox.mark_sent([], NOW)
    assert told(store) == []


def test_each_booking_is_in_one_shard(store: Storage) -> None:
    """What other shards hold is neither shown nor in the way."""
    ids = [booked(store, number).id for number in range(40)]
    for shard in ALL:
        assert told(store, [shard]) == [(id, 1) for id in ids if shard_of(id) == shard]
    some = frozenset(range(0, SHARDS, 3))
    wanted = [(id, 1) for id in ids if shard_of(id) in some]
    assert told(store, some, most=5) == wanted[:5]
    assert told(store, []) == []


def test_the_backlog_is_counted_since_its_first(store: Storage) -> None:
    """Of all shards; what was sent is in it no more."""
    for number in range(3):
        booked(store, number)
    assert store.outbox.backlog() == Backlog(count=3, oldest=NOW)
    send(store, most=2)
    assert store.outbox.backlog() == Backlog(count=1, oldest=NOW)
    send(store)
    assert store.outbox.backlog() == Backlog(count=0, oldest=None)


def test_nothing_that_was_refused_is_told(store: Storage) -> None:
    """An event is there with its change, or not at all."""
    make(store, a_booking("b", span(9, 10)))
    with pytest.raises(Exception, match="not free"):
        make(store, a_booking("other", span(9, 10)))
    assert told(store) == [(BookingId(id_of("b")), 1)]


def test_nothing_is_passed_over_while_many_commit(store: Storage) -> None:
    """Whoever marks all that it sees, while four others commit, has seen everything at the end."""
    done = Event()
    seen: Told = []

    def drain() -> None:
        while not done.is_set():
            seen.extend(send(store, most=7))

    def write(writer: int) -> list[BookingId]:
        made = []
        for number in range(writer, 60, 4):
            booking = booked(store, number)
            change(store, booking, booking.cancel("changed_my_mind"))
            made.append(booking.id)
        return made

    with ThreadPoolExecutor(5) as threads:
        draining = threads.submit(drain)
        try:
            made = {id for ids in threads.map(write, range(4)) for id in ids}
        finally:
            done.set()
        draining.result()
    while more := send(store):
        seen += more
    assert sorted(seen) == sorted((id, number) for id in made for number in (1, 2))
    assert in_order(seen)


def in_order(seen: Told) -> bool:
    """Whether each booking's events came from 1 up."""
    numbers = defaultdict(list)
    for id, number in seen:
        numbers[id].append(number)
    return all(came == list(range(1, len(came) + 1)) for came in numbers.values())


acts = st.one_of(
    st.tuples(st.just("make"), st.integers(0, 20)),
    st.tuples(st.just("cancel"), st.integers(0, 20)),
    st.tuples(st.just("send"), st.integers(1, 6)),
)


@settings(max_examples=15)
@given(acts=st.lists(acts, max_size=25), shards=st.sets(st.integers(0, SHARDS - 1), min_size=20))
def test_an_outbox_is_what_was_committed_and_not_marked(
    storages: Storages, acts: list[tuple[str, int]], shards: set[int]
) -> None:
    """Whatever is made, changed and sent in whatever order, and whoever asks."""
    with furnished(storages) as storage:
        bookings: dict[int, Booking] = {}
        waiting: Told = []
        for act, what in acts:
            if act == "send":
                mine = [each for each in waiting if shard_of(each[0]) in shards]
                assert send(storage, shards, what) == mine[:what]
                waiting = [each for each in waiting if each not in mine[:what]]
                continue
            standing = bookings.get(what)
            if act == "make" and standing is None:
                bookings[what] = booked(storage, what)
            elif act == "cancel" and standing is not None and standing.sequence == 1:
                bookings[what] = change(storage, standing, standing.cancel("changed_my_mind"))
            else:
                continue
            waiting.append((bookings[what].id, bookings[what].sequence))
        assert told(storage) == waiting
        assert storage.outbox.backlog().count == len(waiting)


@contextmanager
def furnished(storages: Storages) -> Iterator[Storage]:
    """A storage with a catalogue, for one example."""
    with storages() as storage:
        furnish(storage)
        yield storage
