"""All or nothing: what a commit makes true.

Refusals, money, lapses and races have files of their own beside this one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.span import Span
from booking_core.ports.booking_repository import Dossier
from booking_core.ports.page import PageRequest
from booking_core.ports.storage import Storage
from booking_core.ports.unit_of_work import Changes, StaleBooking, Taken
from tests.contract.builders import (
    ACME,
    ATTIC,
    GLOBEX,
    HOLD,
    NOW,
    UNITS,
    a_block,
    a_booking,
    a_hold,
    an_answer,
    an_event,
    an_item,
    at,
    change,
    changing,
    claims,
    holders,
    keep,
    lift,
    make,
    making,
    name_of,
    span,
    standing,
)

A, B, C, D = UNITS


def test_what_was_committed_is_found(store: Storage) -> None:
    """A booking, its claims, events and answer stand after one commit as they were given."""
    booking = a_hold("b", span(9, 10), A, B)
    answer = an_answer(booking)
    make(store, booking, answer=answer)
    found = standing(store, booking)
    assert found == Dossier(booking=booking, account=answer.account)
    assert tuple(claims(store)) == tuple(booking.claims())
    history = store.bookings.history(ACME, booking.id, PageRequest())
    assert history.entries == (an_event(booking, "booking.created"),)
    assert store.idempotency.answer(answer.request) == answer


def test_nothing_of_a_refused_commit_remains(store: Storage) -> None:
    """One claim that collides takes everything with it: bookings, claims, events, answer."""
    first = make(store, a_booking("first", span(9, 10), A))
    good, bad = a_booking("good", span(9, 10), B), a_booking("bad", span(9, 10), A)
    block = a_block("block", span(9, 10), C)
    answer = an_answer(good)
    refused = making(good, bad, blocks=(block,), answer=answer)
    with pytest.raises(Taken):
        store.unit_of_work.commit(replace(refused, claimed=(*refused.claimed, *block.claims())))
    assert tuple(claims(store)) == tuple(first.claims())
    assert store.idempotency.answer(answer.request) is None
    for booking in (good, bad):
        with pytest.raises(NotFound):
            standing(store, booking)
        with pytest.raises(NotFound):
            store.bookings.history(ACME, booking.id, PageRequest())
    with pytest.raises(NotFound):
        store.blocks.get(ACME, block.id)


def test_a_refused_change_leaves_the_booking_as_it_was(store: Storage) -> None:
    """A reschedule onto a taken period keeps the old claims, version and history."""
    make(store, a_booking("other", span(12, 13)))
    booking = make(store, a_hold("b", span(9, 10)))
    before = tuple(claims(store))
    moved = booking.reschedule((an_item(span(12, 13)),), booking.price)
    with pytest.raises(Taken):
        change(store, booking, moved, answer=an_answer(moved))
    assert standing(store, booking).booking == booking
    assert tuple(claims(store)) == before
    assert len(store.bookings.history(ACME, booking.id, PageRequest()).entries) == 1
    assert store.idempotency.answer(an_answer(moved).request) is None


@pytest.mark.parametrize(
    "taken",
    [span(9, 10), span(8, 9.5), span(9.5, 11), span(8, 11), span(9.25, 9.75)],
    ids=["same", "begins before", "ends after", "around", "within"],
)
def test_no_two_live_claims_on_one_unit_overlap(store: Storage, taken: Span) -> None:
    """However two periods overlap, the second booking of the unit is refused, and told when."""
    make(store, a_booking("first", taken))
    with pytest.raises(Taken) as refusal:
        make(store, a_booking("second", span(9, 10)))
    assert refusal.value.resource_id == "room"
    assert refusal.value.periods == (taken,)


def test_a_moment_of_overlap_is_enough(store: Storage) -> None:
    """Periods are exact to the microsecond."""
    make(store, a_booking("first", span(9, 10)))
    late = Span(at(10) - timedelta(microseconds=1), at(11))
    with pytest.raises(Taken):
        make(store, a_booking("second", late))


def test_periods_that_touch_are_both_had(store: Storage) -> None:
    """Periods are half-open: one booking may begin at the moment at which another ends."""
    make(store, a_booking("noon", span(11, 12)))
    make(store, a_booking("after", span(12, 13)))
    make(store, a_booking("before", span(10, 11)))
    assert holders(store) == ["before", "noon", "after"]


def test_periods_that_touch_within_a_second_are_both_had(store: Storage) -> None:
    """Nothing is rounded on the way."""
    odd = at(10) + timedelta(microseconds=123457)
    make(store, a_booking("first", Span(at(9), odd)))
    make(store, a_booking("second", Span(odd, at(11))))
    assert [claim.span.start for claim in claims(store)] == [at(9), odd]


def test_units_are_claimed_each_for_itself(store: Storage) -> None:
    """Another unit, and a unit of that name in another resource or tenant, is not in the way."""
    make(store, a_booking("b", span(9, 10), A))
    make(store, a_booking("other-unit", span(9, 10), B))
    upstairs = an_item(span(9, 10), A, resource_id=ATTIC)
    make(store, a_booking("other-resource", span(9, 10), items=(upstairs,)))
    make(store, a_booking("b", span(9, 10), A, tenant_id=GLOBEX))
    assert holders(store) == ["b", "other-unit"]
    assert holders(store, GLOBEX) == ["b"]


def test_the_claims_of_one_commit_may_not_overlap_either(store: Storage) -> None:
    """Two bookings, or one booking twice, cannot have one unit at one time."""
    with pytest.raises(Taken):
        make(store, a_booking("one", span(9, 11)), a_booking("two", span(10, 12)))
    twice = (an_item(span(9, 11)), an_item(span(10, 12)))
    with pytest.raises(Taken):
        make(store, a_booking("twice", span(9, 12), items=twice))
    assert claims(store) == ()


def test_buffers_are_claimed_with_the_booking(store: Storage) -> None:
    """It is the claimed period that keeps others out, not only the sold one."""
    buffered = an_item(span(9, 10), claimed=span(8.5, 10.5))
    make(store, a_booking("b", span(9, 10), items=(buffered,)))
    with pytest.raises(Taken):
        make(store, a_booking("too-close", span(10, 11)))
    make(store, a_booking("far-enough", span(10.5, 11)))


def test_blocks_and_bookings_keep_each_other_out(store: Storage) -> None:
    """Blocks stand in the same claims as bookings."""
    keep(store, a_block("block", span(9, 12), A, B))
    with pytest.raises(Taken):
        make(store, a_booking("b", span(11, 13), B))
    make(store, a_booking("c", span(11, 13), C))
    with pytest.raises(Taken):
        keep(store, a_block("another", span(12, 14), C))


def test_a_lifted_block_frees_its_units(store: Storage) -> None:
    """What a block claimed can be booked once it is lifted."""
    block = keep(store, a_block("block", span(9, 12), A, B))
    assert store.blocks.get(ACME, block.id) == block
    lifted = lift(store, block)
    assert store.blocks.get(ACME, block.id) == lifted
    make(store, a_booking("b", span(9, 12), A, B))


def test_a_cancelled_booking_frees_its_units(store: Storage) -> None:
    """What was released can be booked by somebody else at once."""
    booking = make(store, a_booking("b", span(9, 10)))
    change(store, booking, booking.cancel("changed_my_mind"))
    assert claims(store) == ()
    make(store, a_booking("next", span(9, 10)))


def test_a_booking_may_move_onto_itself(store: Storage) -> None:
    """Releases take effect before claims: the new period may overlap the old one."""
    booking = make(store, a_booking("b", span(9, 11)))
    change(store, booking, booking.reschedule((an_item(span(10, 12)),), booking.price))
    assert [claim.span for claim in claims(store)] == [span(10, 12)]


def test_two_bookings_can_swap(store: Storage) -> None:
    """One commit may give each of two bookings what the other had."""
    early = make(store, a_booking("early", span(9, 10)))
    late = make(store, a_booking("late", span(10, 11)))
    store.unit_of_work.commit(
        changing(
            (early, early.reschedule(late.items, early.price)),
            (late, late.reschedule(early.items, late.price)),
        )
    )
    assert holders(store) == ["late", "early"]


def test_a_pool_is_re_arranged_in_one_commit(store: Storage) -> None:
    """A booking may be moved to an equivalent unit by the very commit that takes its place."""
    settled = make(store, a_booking("settled", span(9, 10), A))
    moved = settled.with_units((an_item(span(9, 10), B),))
    rearranged = changing((settled, moved))
    wanted = making(a_booking("new", span(9, 12), A))
    store.unit_of_work.commit(
        replace(
            rearranged,
            saved=rearranged.saved + wanted.saved,
            claimed=rearranged.claimed + wanted.claimed,
            events=rearranged.events + wanted.events,
        )
    )
    held = [(name_of(claim.booking_id), claim.unit_id) for claim in claims(store)]
    assert held == [("new", A), ("settled", B)]


def test_claims_lapse_when_their_booking_does(store: Storage) -> None:
    """`held_until` follows the booking's `expires_at`: extended with it, and gone with it."""
    hold = make(store, a_hold("b", span(9, 10), A, B))
    assert [claim.held_until for claim in claims(store)] == [NOW + HOLD] * 2
    extended = change(store, hold, hold.extend(NOW + 2 * HOLD))
    assert [claim.held_until for claim in claims(store)] == [NOW + 2 * HOLD] * 2
    change(store, extended, extended.pay())
    assert [claim.held_until for claim in claims(store)] == [None] * 2
    assert len(claims(store, now=at(24))) == 2


def test_claims_are_pinned_from_check_in(store: Storage) -> None:
    """Nobody re-arranges a unit that somebody has moved into."""
    booking = make(store, a_booking("b", span(9, 10), A, B))
    assert [claim.pinned for claim in claims(store)] == [False, False]
    change(store, booking, booking.check_in(at(9)))
    assert [claim.pinned for claim in claims(store)] == [True, True]


def test_promised_claims_are_pinned_from_the_start(store: Storage) -> None:
    """A seat that the customer chose is nobody's to re-arrange, whatever else is saved."""
    booking = a_hold("b", span(9, 10), items=(an_item(span(9, 10), promised=True),))
    make(store, booking)
    change(store, booking, booking.pay())
    assert [claim.pinned for claim in claims(store)] == [True]


def test_a_completed_stay_ends_when_it_is_completed(store: Storage) -> None:
    """What is left of the period can be booked by others; what was used stays used."""
    booking = make(store, a_booking("b", span(9, 12)))
    change(store, booking, booking.complete(at(10)), now=at(10))
    assert [claim.span for claim in claims(store)] == [span(9, 10)]
    make(store, a_booking("next", span(10, 12)))


def test_all_claims_of_a_booking_are_had_or_none(store: Storage) -> None:
    """A booking of several units, periods and resources holds all of them."""
    items = (
        an_item(span(9, 10), A, B),
        an_item(span(14, 15), B, C, D),
        an_item(span(9, 10), A, resource_id=ATTIC),
    )
    booking = make(store, a_booking("b", span(9, 10), items=items))
    held = (*claims(store), *claims(store, resource_id=ATTIC))
    assert held == tuple(booking.claims())


def test_the_same_ids_in_two_tenants_are_two_things(store: Storage) -> None:
    """Bookings, blocks, events and claims of one name in two tenants have nothing in common."""
    ours = make(store, a_booking("b", span(9, 10)))
    theirs = make(store, a_hold("b", span(12, 13), tenant_id=GLOBEX))
    change(store, ours, ours.cancel("changed_my_mind"))
    assert standing(store, theirs).booking == theirs
    assert [claim.span for claim in claims(store, GLOBEX)] == [span(12, 13)]
    keep(store, a_block("block", span(9, 10), A))
    keep(store, a_block("block", span(9, 10), A, tenant_id=GLOBEX))


def test_a_tenant_cannot_release_what_another_holds(store: Storage) -> None:
    """A claim of another tenant's is none that could be released."""
    theirs = make(store, a_booking("b", span(9, 10), tenant_id=GLOBEX))
    with pytest.raises(StaleBooking):
        store.unit_of_work.commit(Changes(tenant_id=ACME, now=NOW, released=tuple(theirs.claims())))
    assert holders(store, GLOBEX) == ["b"]


def test_what_was_handed_in_can_no_longer_be_changed_from_outside(store: Storage) -> None:
    """A caller that changes a dict after the commit changes nothing that is stored."""
    booking = a_booking("b", span(9, 10))
    data = {"units": ("A",), "price": 4000, "nested": {"start": "9:00"}}
    event = an_event(booking, "booking.created", **data)
    make(store, booking, events=(replace(event, data=data),))
    data["price"] = 1
    data["nested"]["start"] = "10:00"
    (told,) = store.bookings.history(ACME, booking.id, PageRequest()).entries
    assert told.data["price"] == 4000
    assert told.data["nested"] == {"start": "9:00"}
