"""All or nothing: holds, how many of them one customer may have, and when they are in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from booking_core.domain.booking.lifecycle import BookingState
from booking_core.ports.storage import Storage
from booking_core.ports.unit_of_work import (
    OverdueHoldsInTheWay,
    Taken,
    TooManyHolds,
)
from tests.contract.builders import (
    ATTIC,
    BOB,
    GLOBEX,
    HOLD,
    NOW,
    ROOM,
    UNITS,
    a_booking,
    a_hold,
    an_item,
    at_most,
    change,
    changing,
    claims,
    holders,
    make,
    making,
    name_of,
    span,
    standing,
)

A, B, C, D = UNITS
LATER = NOW + HOLD


# How many


def test_a_customer_holds_no_more_than_the_limit(store: Storage) -> None:
    """The limit itself is had, one more is not; the new hold is counted."""
    make(store, a_hold("one", span(9, 10)), hold_limits=at_most(2))
    make(store, a_hold("two", span(10, 11)), hold_limits=at_most(2))
    with pytest.raises(TooManyHolds) as refusal:
        make(store, a_hold("three", span(11, 12)), hold_limits=at_most(2))
    assert (refusal.value.resource_id, refusal.value.holds_max) == (ROOM, 2)
    assert len(claims(store)) == 2


def test_a_hold_of_many_units_is_one_hold(store: Storage) -> None:
    """It is holds that are limited, not units."""
    make(store, a_hold("four", span(9, 10), A, B, C, D), hold_limits=at_most(1))
    with pytest.raises(TooManyHolds):
        make(store, a_hold("more", span(10, 11)), hold_limits=at_most(1))


def test_awaiting_approval_is_holding_too(store: Storage) -> None:
    """A hold is a hold whether the customer or the provider is waited for."""
    awaiting = a_hold("one", span(9, 10), state=BookingState.PENDING_CONFIRMATION)
    make(store, awaiting, hold_limits=at_most(1))
    with pytest.raises(TooManyHolds):
        make(store, a_hold("two", span(10, 11)), hold_limits=at_most(1))


def test_only_live_holds_of_this_customer_on_this_resource_count(store: Storage) -> None:
    """Not what is confirmed, cancelled or overdue, nor another's, elsewhere or elsewhen."""
    make(store, a_booking("confirmed", span(9, 10)))
    cancelled = make(store, a_hold("cancelled", span(10, 11)))
    change(store, cancelled, cancelled.cancel("changed_my_mind"))
    make(store, a_hold("overdue", span(11, 12), expires_at=NOW))
    make(store, a_hold("bobs", span(12, 13), customer_id=BOB))
    upstairs = an_item(span(13, 14), resource_id=ATTIC)
    make(store, a_hold("elsewhere", span(13, 14), items=(upstairs,)))
    make(store, a_hold("theirs", span(14, 15), tenant_id=GLOBEX))
    mine, also_bobs = a_hold("mine", span(15, 16)), a_hold("b", span(16, 17), customer_id=BOB)
    make(store, mine, also_bobs, hold_limits=at_most(1))
    assert standing(store, mine).booking.is_held


def test_a_hold_that_is_moved_counts_once(store: Storage) -> None:
    """Who is at the limit may still move what they hold."""
    hold = make(store, a_hold("b", span(9, 10)), hold_limits=at_most(1))
    moved = hold.reschedule((an_item(span(14, 15)),), hold.price)
    change(store, hold, moved, hold_limits=at_most(1))
    assert [claim.span for claim in claims(store)] == [span(14, 15)]


def test_who_confirms_holds_one_less(store: Storage) -> None:
    """It is what stands after the commit that counts."""
    one = make(store, a_hold("one", span(9, 10)), a_hold("two", span(10, 11)))
    change(store, one, one.pay(), hold_limits=at_most(1))
    assert not standing(store, one).booking.is_held


# Overdue holds


def test_overdue_holds_are_named(store: Storage) -> None:
    """They block nobody, but have to be expired first: the refusal says which, each once."""
    make(store, a_hold("one", span(9, 10), A, B))
    make(store, a_hold("two", span(10, 11), A))
    make(store, a_hold("beside", span(9, 11), C))
    with pytest.raises(OverdueHoldsInTheWay) as refusal:
        make(store, a_booking("b", span(9, 11), A, B), now=LATER)
    assert sorted(map(name_of, refusal.value.booking_ids)) == ["one", "two"]


def test_a_hold_is_overdue_from_the_moment_at_which_it_lapses(store: Storage) -> None:
    """`now` alone judges: a microsecond before it the hold keeps others out, at it no more."""
    make(store, a_hold("hold", span(9, 10)))
    with pytest.raises(Taken):
        make(store, a_booking("b", span(9, 10)), now=LATER - timedelta(microseconds=1))
    with pytest.raises(OverdueHoldsInTheWay):
        make(store, a_booking("b", span(9, 10)), now=LATER)


def test_an_overdue_hold_can_be_expired_and_replaced_in_one_commit(store: Storage) -> None:
    """Released, it is not in the way."""
    hold = make(store, a_hold("hold", span(9, 10)))
    expired = changing((hold, hold.expire()), now=LATER)
    wanted = making(a_booking("b", span(9, 10)))
    store.unit_of_work.commit(
        replace(
            expired,
            saved=expired.saved + wanted.saved,
            claimed=wanted.claimed,
            events=expired.events + wanted.events,
        )
    )
    assert holders(store) == ["b"]


def test_overdue_holds_come_before_what_is_truly_taken(store: Storage) -> None:
    """Where both are in the way, the holds are named first; without them it is taken."""
    hold = make(store, a_hold("hold", span(9, 10), A))
    make(store, a_booking("sold", span(9, 10), B))
    with pytest.raises(OverdueHoldsInTheWay):
        make(store, a_booking("b", span(9, 10), A, B), now=LATER)
    change(store, hold, hold.expire(), now=LATER)
    with pytest.raises(Taken):
        make(store, a_booking("b", span(9, 10), A, B), now=LATER)


def test_a_hold_that_is_paid_by_the_same_commit_is_not_overdue(store: Storage) -> None:
    """Claims are judged as they will stand: whoever confirms a late hold keeps its units."""
    hold = make(store, a_hold("hold", span(9, 10)))
    paid, wanted = changing((hold, hold.pay()), now=LATER), making(a_booking("b", span(9, 10)))
    with pytest.raises(Taken):
        store.unit_of_work.commit(
            replace(
                paid,
                saved=paid.saved + wanted.saved,
                claimed=wanted.claimed,
                events=paid.events + wanted.events,
            )
        )
    assert standing(store, hold).booking == hold
