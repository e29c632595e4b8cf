"""Receipts that are awaited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from uuid import NAMESPACE_OID, uuid5

import pytest

from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import BookingId, TenantId
from booking_core.ports.awaited import AwaitedCount, Awaiting, Looked, Unanswered
from booking_core.ports.inbox import Told
from booking_core.ports.outbox import SHARDS
from booking_core.ports.page import PageRequest
from booking_core.ports.storage import Storage
from tests.contract.builders import ACME, GLOBEX, NOW, UNITS, a_hold, furnish, make, span
from tests.storages import Storages

SECOND = timedelta(seconds=1)
DUE = NOW + 60 * SECOND
UNTIL = DUE + 60 * SECOND
NONE = Looked(answered=0, unanswered=())


def happened(storage: Storage, number: int, tenant_id: TenantId = ACME) -> DomainEvent:
    """A booking like no other is made; that it was."""
    period = span(number // 4, number // 4 + 1)
    new = a_hold(str(number), period, UNITS[number % 4], tenant_id=tenant_id)
    id = BookingId(str(uuid5(NAMESPACE_OID, f"{tenant_id} {number}")))
    made = make(storage, replace(new, id=id))
    (event,) = storage.bookings.history(tenant_id, made.id, PageRequest()).entries
    return event


def send(storage: Storage, *consumers: str, at: timedelta = timedelta(0)) -> None:
    """All that is unsent is sent so much later than now, and each of them owes its receipts."""
    positions = [each.position for each in storage.outbox.unsent(range(SHARDS), 1000)]
    awaiting = Awaiting(positions=dict.fromkeys(consumers, positions), due_at=DUE + at)
    storage.outbox.mark_sent(positions, NOW + at, awaiting)


def receive(storage: Storage, consumer: str, *events: DomainEvent) -> None:
    """That consumer has receipts for these."""
    told = [Told(tenant_id=each.tenant_id, event_id=each.event_id) for each in events]
    with storage.inbox.together(consumer, NOW) as reception:
        reception.take(told, in_order=False)


def found(looked: Looked) -> list[tuple[str, DomainEvent]]:
    """Who has not answered for which event."""
    return [(each.consumer, each.event) for each in looked.unanswered]


def only(looked: Looked) -> Unanswered:
    """The one that there is."""
    (one,) = looked.unanswered
    return one


def test_nothing_is_awaited_at_first(store: Storage) -> None:
    """Nor of what is sent as ever."""
    happened(store, 1)
    positions = [each.position for each in store.outbox.unsent(range(SHARDS), 10)]
    store.outbox.mark_sent(positions, NOW)
    store.outbox.mark_sent(positions, NOW, Awaiting(positions={}, due_at=DUE))
    assert store.awaited.look(UNTIL, UNTIL, 10) == NONE
    assert store.awaited.counts() == ()


def test_what_was_sent_is_awaited_of_each(store: Storage) -> None:
    """Whole, as soon as it is due and not before, whichever tenant's it is."""
    ann, bob = happened(store, 1), happened(store, 1, GLOBEX)
    send(store, "one", "two")
    assert store.awaited.look(DUE - SECOND, UNTIL, 10) == NONE
    looked = store.awaited.look(DUE, UNTIL, 10)
    assert Counter(map(repr, found(looked))) == Counter(
        repr((consumer, event)) for consumer in ("one", "two") for event in (ann, bob)
    )
    assert {(each.sent_at, each.told_at, each.again) for each in looked.unanswered} == {
        (NOW, NOW, 0)
    }


def test_only_the_positions_that_are_named_are_awaited(store: Storage) -> None:
    """A consumer owes no receipt for what it is not told."""
    ann, _ = happened(store, 1), happened(store, 2)
    first, second = store.outbox.unsent(range(SHARDS), 10)
    awaiting = Awaiting(positions={"one": [first.position], "two": []}, due_at=DUE)
    store.outbox.mark_sent([first.position, second.position], NOW, awaiting)
    assert found(store.awaited.look(DUE, UNTIL, 10)) == [("one", ann)]


def test_what_is_marked_twice_is_awaited_once(store: Storage) -> None:
    """Whoever marks it late does not await it anew, also when there is a receipt already."""
    ann = happened(store, 1)
    (unsent,) = store.outbox.unsent(range(SHARDS), 10)
    awaiting = Awaiting(positions={"one": [unsent.position]}, due_at=DUE)
    for _ in range(2):
        store.outbox.mark_sent([unsent.position], NOW, awaiting)
    receive(store, "one", ann)
    assert store.awaited.look(DUE, UNTIL, 10) == Looked(answered=1, unanswered=())
    store.outbox.mark_sent([unsent.position], NOW, awaiting)
    assert store.awaited.look(DUE, UNTIL, 10) == NONE


def test_a_receipt_is_an_answer(store: Storage) -> None:
    """It is awaited no more, the others are."""
    ann, bob = happened(store, 1), happened(store, 2)
    send(store, "one")
    receive(store, "one", ann)
    looked = store.awaited.look(DUE, UNTIL, 10)
    assert (looked.answered, looked.count, found(looked)) == (1, 2, [("one", bob)])
    assert store.awaited.counts() == (AwaitedCount(consumer="one", count=1, oldest=NOW),)


def test_only_ones_own_receipt_is_an_answer(store: Storage) -> None:
    """Neither another consumer's, nor that of another tenant's event of the same id."""
    ann = happened(store, 1)
    send(store, "one")
    receive(store, "two", ann)
    receive(store, "one", replace(ann, tenant_id=GLOBEX))
    assert found(store.awaited.look(DUE, UNTIL, 10)) == [("one", ann)]


def test_what_was_looked_at_is_nobody_elses(store: Storage) -> None:
    """Until it was asked to be; then it is due again, as whoever looked may have died."""
    ann = happened(store, 1)
    send(store, "one")
    assert found(store.awaited.look(DUE, UNTIL, 10)) == [("one", ann)]
    assert store.awaited.look(UNTIL - SECOND, UNTIL, 10) == NONE
    assert found(store.awaited.look(UNTIL, UNTIL + SECOND, 10)) == [("one", ann)]


def test_no_more_is_looked_at_than_was_asked_for(store: Storage) -> None:
    """The longest due first, with those that are answered."""
    events = []
    for number in range(5):
        events.append(happened(store, number))
        send(store, "one", at=-number * SECOND)
    receive(store, "one", events[4])
    looked = store.awaited.look(DUE, UNTIL, 3)
    assert (looked.answered, found(looked)) == (1, [("one", events[3]), ("one", events[2])])
    assert found(store.awaited.look(DUE, UNTIL, 3)) == [("one", events[1]), ("one", events[0])]


def test_what_is_put_back_is_as_it_was_put(store: Storage) -> None:
    """It was told again, and is due when that is overdue; since when it is awaited stays."""
    ann = happened(store, 1)
    send(store, "one")
    standing = only(store.awaited.look(DUE, UNTIL, 10))
    later = replace(standing, told_at=DUE, again=1, due_at=UNTIL + SECOND)
    store.awaited.put_back([later])
    store.awaited.put_back([])
    assert store.awaited.look(UNTIL, UNTIL, 10) == NONE
    again = only(store.awaited.look(UNTIL + SECOND, UNTIL + 2 * SECOND, 10))
    assert again == replace(later, due_at=UNTIL + 2 * SECOND)
    assert (again.event, again.sent_at) == (ann, NOW)
    assert store.awaited.counts() == (AwaitedCount(consumer="one", count=1, oldest=NOW),)


def test_what_is_closed_is_awaited_no_more(store: Storage) -> None:
    """Nor does it come back when somebody puts it back late."""
    happened(store, 1)
    send(store, "one", "two")
    one, two = sorted(store.awaited.look(DUE, UNTIL, 10).unanswered, key=lambda it: it.consumer)
    store.awaited.close([one], answered=False)
    store.awaited.put_back([one])
    store.awaited.close([], answered=True)
    assert [each.consumer for each in store.awaited.counts()] == ["two"]
    store.awaited.close([two], answered=True)
    assert store.awaited.counts() == ()


def lagging(storage: Storage, number: int, *, at: timedelta) -> Unanswered:
    """One that was looked at, and is looked at again when it is overtaken, or in an hour."""
    event = happened(storage, number)
    send(storage, "one", at=at)
    unanswered = storage.awaited.look(DUE + at, UNTIL + at, 10).unanswered
    (standing,) = (each for each in unanswered if each.event == event)
    waits = replace(standing, due_at=NOW + 3600 * SECOND, lags=True)
    storage.awaited.put_back([waits])
    return waits


@pytest.mark.parametrize("by", ["receipt", "close"])
def test_what_lags_is_looked_at_when_it_is_overtaken(store: Storage, by: str) -> None:
    """That is, when its consumer has answered for something that was told later."""
    early = lagging(store, 1, at=timedelta(0))
    assert not early.is_overtaken
    later = happened(store, 2)
    send(store, "one", "two", at=SECOND)
    receive(store, "two", later)  # Somebody else is none of its business.
    if by == "receipt":
        receive(store, "one", later)
    due = DUE + SECOND
    looked = store.awaited.look(due, UNTIL, 10)
    if by == "close":
        assert found(looked) == [("one", later)]
        assert store.awaited.look(due, UNTIL, 10) == NONE
        store.awaited.close(looked.unanswered, answered=True)
        looked = store.awaited.look(due, UNTIL, 10)
    overtaken = only(looked)
    assert (overtaken.event, overtaken.is_overtaken) == (early.event, True)
    assert store.awaited.look(due, UNTIL, 10) == NONE


def test_what_was_told_again_is_overtaken_anew(store: Storage) -> None:
    """What overtook it before is of no interest then; nor is an answer to something earlier."""
    early = lagging(store, 1, at=timedelta(0))
    later = happened(store, 2)
    send(store, "one", at=SECOND)
    receive(store, "one", later)
    overtaken = only(store.awaited.look(DUE + SECOND, UNTIL, 10))
    store.awaited.put_back([replace(overtaken, told_at=NOW + 2 * SECOND, lags=True, due_at=UNTIL)])
    assert store.awaited.look(DUE + SECOND, UNTIL, 10) == NONE
    again = only(store.awaited.look(UNTIL, UNTIL + SECOND, 10))
    assert (again.event, again.is_overtaken) == (early.event, False)


def test_what_is_given_up_overtakes_nothing(store: Storage) -> None:
    """Nobody answered for it."""
    lagging(store, 1, at=timedelta(0))
    happened(store, 2)
    send(store, "one", at=SECOND)
    given_up = store.awaited.look(DUE + SECOND, UNTIL, 10)
    store.awaited.close(given_up.unanswered, answered=False)
    assert store.awaited.look(DUE + SECOND, UNTIL, 10) == NONE


def test_a_receipt_of_what_lags_is_an_answer(store: Storage) -> None:
    """The consumer was slow after all."""
    early = lagging(store, 1, at=timedelta(0))
    later = happened(store, 2)
    send(store, "one", at=SECOND)
    receive(store, "one", early.event, later)
    looked = store.awaited.look(DUE + SECOND, UNTIL, 10)
    assert looked == Looked(answered=2, unanswered=())
    assert store.awaited.counts() == ()


def test_others_are_forgotten(store: Storage) -> None:
    """Whoever is awaited no more owes nothing."""
    happened(store, 1)
    send(store, "one", "two", "three")
    assert store.awaited.forget_but(["two"]) == 2
    assert [each.consumer for each in store.awaited.counts()] == ["two"]
    assert store.awaited.forget_but([]) == 1
    assert store.awaited.counts() == ()


def test_what_is_awaited_is_counted_by_consumer(store: Storage) -> None:
    """Since the first of each was told first."""
    happened(store, 1)
    send(store, "one", "two")
    happened(store, 2)
    send(store, "two", at=-SECOND)
    assert store.awaited.counts() == (
        AwaitedCount(consumer="one", count=1, oldest=NOW),
        AwaitedCount(consumer="two", count=2, oldest=NOW - SECOND),
    )


def test_two_who_look_at_once_share_what_they_find(storage: Storages) -> None:
    """Each event without a receipt is found by one of them, and each receipt counted once."""
    with storage() as store:
        furnish(store)
        events = [happened(store, number) for number in range(40)]
        send(store, "one", "two")
        receive(store, "two", *events[::2])
        barrier = Barrier(2)

        def look(_: int) -> Sequence[Looked]:
            barrier.wait(10)
            return [store.awaited.look(DUE, UNTIL, 7) for _ in range(20)]

        with ThreadPoolExecutor(2) as threads:
            looked = [each for looks in threads.map(look, range(2)) for each in looks]
        assert sum(each.answered for each in looked) == 20
        ids = Counter(
            (each.consumer, each.event.event_id) for one in looked for each in one.unanswered
        )
        assert len(ids) == 60
        assert set(ids.values()) == {1}
