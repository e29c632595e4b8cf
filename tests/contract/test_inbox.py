"""What each consumer was told: receipts, positions, and the effects that go with them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking_core.domain.kernel.errors import Busy, NotFound
from booking_core.domain.kernel.ids import BookingId, TenantId
from booking_core.ports.storage import Storage
from tests.contract.builders import GLOBEX, NOW, furnish
from tests.contract.inbox_builders import (
    DONE,
    EARLY,
    NEW,
    NOTIFICATIONS,
    PAYMENTS,
    STALE,
    history,
    look,
    take,
    told,
    write,
    written,
)
from tests.storages import Storages

MICROSECOND = timedelta(microseconds=1)
LARGEST = 2**53 - 1


class HandlerFailed(Exception):
    """A handler's own."""


@pytest.mark.parametrize("in_order", [True, False])
def test_an_event_is_new_once(store: Storage, in_order: bool) -> None:
    """From the first transaction that took it on, it is done."""
    event = told("e", 1)
    assert look(store, event, in_order=in_order) == [NEW]
    assert take(store, event, in_order=in_order) == [NEW]
    assert look(store, event, in_order=in_order) == [DONE]
    assert take(store, event, in_order=in_order) == [DONE]


@pytest.mark.parametrize("in_order", [True, False])
def test_looking_leaves_nothing(store: Storage, in_order: bool) -> None:
    """However often somebody looks, the event is still to be taken, and its turn is the same."""
    for _ in range(2):
        assert look(store, *history(1, 2), in_order=in_order) == [NEW, NEW]
    assert take(store, *history(1), in_order=in_order) == [NEW]


@pytest.mark.parametrize("in_order", [True, False])
def test_a_transaction_knows_what_it_took_itself(store: Storage, in_order: bool) -> None:
    """Within one call, and in a later one."""
    with store.inbox.together(PAYMENTS, NOW) as reception:
        one, two = history(1, 2)
        assert list(reception.take([one, one], in_order=in_order)) == [NEW, DONE]
        assert list(reception.take([one, two], in_order=in_order)) == [DONE, NEW]
        assert list(reception.take([], in_order=in_order)) == []
    assert look(store, one, two, in_order=in_order) == [DONE, DONE]


def test_the_same_id_elsewhere_is_another_event(store: Storage) -> None:
    """Of another tenant, or for another consumer: receipts and positions are both's own."""
    assert take(store, *history(1, 2)) == [NEW, NEW]
    theirs = [told("b-1", 1, tenant_id=GLOBEX), told("b-2", 2, tenant_id=GLOBEX)]
    assert take(store, theirs[1]) == [EARLY]
    assert take(store, *theirs) == [NEW, NEW]
    assert take(store, *history(2), consumer=NOTIFICATIONS) == [EARLY]
    assert take(store, *history(1, 2), consumer=NOTIFICATIONS) == [NEW, NEW]


def test_events_of_several_tenants_are_taken_together(store: Storage) -> None:
    """A batch is of whatever the broker brings."""
    mixed = [told("e", 1), told("e", 1, tenant_id=GLOBEX), told("f", 2, tenant_id=GLOBEX)]
    assert take(store, *mixed) == [NEW, NEW, NEW]
    assert look(store, *mixed) == [DONE, DONE, DONE]


@pytest.mark.parametrize("in_order", [True, False])
def test_a_tenant_that_there_is_not_is_not_found(store: Storage, in_order: bool) -> None:
    """And whatever came with its event is as it was."""
    events = [told("e"), told("e", tenant_id=TenantId("nobody"))]
    with pytest.raises(NotFound, match="nobody"):
        look(store, *events, in_order=in_order)
    with pytest.raises(NotFound, match="nobody"):
        take(store, *events, in_order=in_order)
    assert look(store, events[0]) == [NEW]


def test_receipts_and_effects_become_durable_together(store: Storage) -> None:
    """Nobody sees either before the context is left."""
    event = told("e", 1)
    with store.inbox.together(PAYMENTS, NOW) as reception:
        assert list(reception.take([event], in_order=True)) == [NEW]
        write(store, reception, "effect")
        assert look(store, event) == [NEW]
        assert written(store) == []
    assert look(store, event) == [DONE]
    assert written(store) == ["effect"]


@pytest.mark.parametrize("error", [HandlerFailed(), Busy("later"), KeyboardInterrupt()])
def test_an_error_undoes_both(store: Storage, error: BaseException) -> None:
    """It leaves the context as it is, and then the events are as if they had never come."""
    events = history(1, 2)

    def handle() -> None:
        with store.inbox.together(PAYMENTS, NOW) as reception:
            reception.take(events, in_order=True)
            write(store, reception, "effect")
            raise error

    with pytest.raises(type(error)):
        handle()
    assert written(store) == []
    assert look(store, *events, told("other", 2)) == [NEW, NEW, STALE]
    assert take(store, *events) == [NEW, NEW]


def test_a_transaction_in_which_nothing_happens(store: Storage) -> None:
    """Is one all the same; nothing is taken, and nobody has to wait for it."""
    with store.inbox.together(PAYMENTS, NOW):
        assert take(store, told("e"), consumer=NOTIFICATIONS) == [NEW]


def test_what_comes_before_its_turn_is_early(store: Storage) -> None:
    """It has no receipt, and is new once those before it have been applied."""
    first, second, third = history(1, 2, 3)
    assert take(store, second) == [EARLY]
    assert take(store, third, second) == [EARLY, EARLY]
    assert take(store, first) == [NEW]
    assert look(store, third, second) == [EARLY, NEW]
    assert take(store, third, second, third) == [EARLY, NEW, NEW]


def test_what_comes_after_its_turn_is_stale_once(store: Storage) -> None:
    """A later one has been applied; it gets a receipt, so that it is done with."""
    assert take(store, *history(1, 2, 3)) == [NEW, NEW, NEW]
    late = told("another", 2)
    assert look(store, late) == [STALE]
    assert take(store, late, late) == [STALE, DONE]
    assert take(store, late) == [DONE]
    assert take(store, told("the same number", 3)) == [STALE]


def test_several_of_one_booking_are_judged_one_after_the_other(store: Storage) -> None:
    """In the order in which they are handed in."""
    take(store, *history(1))
    events = history(3, 2, 4, 3, 2, 6)
    assert look(store, *events) == [EARLY, NEW, EARLY, NEW, DONE, EARLY]
    assert take(store, *events) == [EARLY, NEW, EARLY, NEW, DONE, EARLY]
    assert look(store, *history(1, 2, 3, 4, 6)) == [DONE, DONE, DONE, NEW, EARLY]


def test_each_booking_is_at_a_place_of_its_own(store: Storage) -> None:
    """In one batch some may go on where others wait."""
    take(store, *history(1, 2, booking="a"))
    batch = [
        *history(3, 4, booking="a"),
        *history(2, booking="b"),
        *history(1, 3, booking="c"),
        told("late", 1, "a"),
    ]
    assert take(store, *batch) == [NEW, NEW, EARLY, NEW, EARLY, STALE]
    assert look(store, *batch) == [DONE, DONE, EARLY, DONE, EARLY, DONE]


def test_what_is_overdue_waits_no_longer(store: Storage) -> None:
    """It is applied before its turn; then those that it waited for are stale."""
    assert take(store, *history(1, 2)) == [NEW, NEW]
    assert take(store, told("b-5", 5, overdue=True)) == [NEW]
    assert take(store, *history(6, 4, 3)) == [NEW, STALE, STALE]
    assert take(store, told("x", 5, overdue=True)) == [STALE]


def test_a_booking_may_begin_with_what_is_overdue(store: Storage) -> None:
    """A consumer that is newer than the booking was never told of the first."""
    events = [told("b-7", 7, overdue=True), told("b-8", 8), told("b-9", LARGEST, overdue=True)]
    assert take(store, *events) == [NEW, NEW, NEW]
    assert look(store, told("b-6", 6), told("last", LARGEST)) == [STALE, STALE]


def test_what_nobody_counts_has_no_turn(store: Storage) -> None:
    """Without a sequence, or without a booking, an event is new or done."""
    events = [told("e"), told("f", booking=None), told("g", 9, booking=None)]
    assert take(store, *events) == [NEW, NEW, NEW]
    assert take(store, *events) == [DONE, DONE, DONE]
    assert take(store, *history(1)) == [NEW]


def test_an_id_that_was_early_for_one_booking_is_new_for_another(store: Storage) -> None:
    """Where a sender gives two events one id, the position says which of them was done."""
    batch = [told("a", 1), told("shared", 2, "c"), told("shared", 2)]
    assert take(store, *batch) == [NEW, EARLY, NEW]
    assert look(store, told("other", 2)) == [STALE]


def test_whoever_does_not_need_the_order_takes_all_as_it_comes(store: Storage) -> None:
    """Nothing is stale or early then."""
    assert take(store, *history(5, 1, 3), in_order=False) == [NEW, NEW, NEW]
    assert take(store, *history(3, 2), in_order=False) == [DONE, NEW]


@pytest.mark.parametrize("before", [0, -3])
def test_a_sequence_that_nothing_has_is_stale(store: Storage, before: int) -> None:
    """The first of a booking is its number 1."""
    assert take(store, told("e", before), *history(1)) == [STALE, NEW]


def test_any_name_will_do(store: Storage) -> None:
    """The longest that an id may have, and ones that differ in case or in a mark."""
    names = ["x" * 128, "X" * 128, "a.b", "a:b", "A.b", "1|2@x+y"]
    events = [told(name, 1, booking=name) for name in names]
    assert take(store, *events) == [NEW] * len(names)
    assert take(store, *reversed(events)) == [DONE] * len(names)


@pytest.mark.parametrize("count", [10, 100, 500])
def test_many_at_once(store: Storage, count: int) -> None:
    """One call is for as many as there are, some of them done."""
    events = [told(f"e-{number}", 1, f"b-{number}") for number in range(count)]
    assert take(store, *events[::3]) == [NEW] * len(events[::3])
    expected = [NEW if number % 3 else DONE for number in range(count)]
    assert look(store, *events) == expected
    assert take(store, *events) == expected
    assert take(store, *events) == [DONE] * count


def test_old_receipts_are_forgotten(store: Storage) -> None:
    """Those of before an instant, at most so many at once, whosever they are."""
    for number in range(5):
        take(store, told(f"e-{number}"), now=NOW + number * MICROSECOND)
    take(store, told("e-9", tenant_id=GLOBEX), consumer=NOTIFICATIONS)
    assert store.inbox.forget_receipts(NOW, 10) == 0
    assert store.inbox.forget_receipts(NOW + 3 * MICROSECOND, 2) == 2
    assert store.inbox.forget_receipts(NOW + 3 * MICROSECOND, 10) == 2
    assert store.inbox.forget_receipts(NOW + 3 * MICROSECOND, 10) == 0
    standing = look(store, *(told(f"e-{number}") for number in range(5)))
    assert standing == [NEW, NEW, NEW, DONE, DONE]


def test_what_is_forgotten_is_stale_where_the_order_is_kept(store: Storage) -> None:
    """Positions stay, so that an effect is not repeated however late its event comes again."""
    take(store, *history(1, 2))
    assert store.inbox.forget_receipts(NOW + MICROSECOND, 10) == 2
    assert take(store, *history(1, 2, 3)) == [STALE, STALE, NEW]


def test_two_storages_share_no_receipts(storage: Storages) -> None:
    """Nor tenants, nor positions."""
    with storage() as one, storage() as other:
        furnish(one)
        furnish(other)
        assert take(one, *history(1)) == take(other, *history(1)) == [NEW]
        assert take(other, told("b-1", 1, booking=BookingId("c"))) == [DONE]
