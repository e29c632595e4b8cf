"""All or nothing: what a commit is refused for, and which refusal comes first.

Holds have a file of their own beside this one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.catalogue.resource import Unit
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.ids import PaymentId, ResourceId, UnitId
from booking_core.domain.payment.account import Account
from booking_core.domain.payment.ledger import LedgerAccount, Overdrawn, Transfer
from booking_core.ports.storage import Storage
from booking_core.ports.unit_of_work import (
    AlreadyAnswered,
    Changes,
    JudgedBy,
    OverdueHoldsInTheWay,
    StaleBooking,
    StaleCatalogue,
    Taken,
    TooManyHolds,
)
from tests.contract.builders import (
    ACME,
    ATTIC,
    BOB,
    CONCERT,
    CUT,
    GLOBEX,
    NOW,
    ROOM,
    UNITS,
    a_block,
    a_booking,
    a_hold,
    a_performance,
    a_room,
    a_service,
    an_answer,
    an_attempt,
    an_item,
    at_most,
    change,
    changing,
    claims,
    euros,
    holders,
    id_of,
    keep,
    lift,
    make,
    making,
    next_of,
    span,
    standing,
)

A, B, C, D = UNITS


# Versions


def test_the_second_of_two_writers_is_refused(store: Storage) -> None:
    """Two writers who read the same version cannot both win."""
    booking = make(store, a_hold("b", span(9, 10)))
    change(store, booking, booking.pay())
    with pytest.raises(StaleBooking) as refusal:
        change(store, booking, booking.cancel("changed_my_mind"))
    assert refusal.value.booking_id == booking.id
    assert standing(store, booking).booking.state is BookingState.CONFIRMED
    assert holders(store) == ["b"]


def test_a_booking_is_made_once(store: Storage) -> None:
    """Version 1 of a booking that exists is refused, also at another time."""
    make(store, a_booking("b", span(9, 10)))
    with pytest.raises(StaleBooking):
        make(store, a_booking("b", span(14, 15)))
    assert [claim.span for claim in claims(store)] == [span(9, 10)]


def test_a_booking_that_does_not_exist_cannot_be_changed(store: Storage) -> None:
    """A version above 1 has nothing to follow."""
    booking = a_booking("b", span(9, 10))
    with pytest.raises(StaleBooking):
        store.unit_of_work.commit(changing((booking, booking.cancel("x")), released=()))


def test_another_tenants_booking_is_not_ours_to_change(store: Storage) -> None:
    """A booking of another tenant's looks like one that does not exist."""
    theirs = make(store, a_booking("b", span(9, 10), tenant_id=GLOBEX))
    ours = replace(theirs, tenant_id=ACME)
    with pytest.raises(StaleBooking):
        store.unit_of_work.commit(changing((ours, ours.cancel("x")), released=()))
    assert standing(store, theirs).booking == theirs


def test_the_second_writer_of_a_block_is_refused(store: Storage) -> None:
    """Blocks have versions too: one lifts it, the other is told that it changed."""
    block = keep(store, a_block("block", span(9, 10)))
    lift(store, block)
    with pytest.raises(StaleBooking):
        lift(store, block)


def test_a_block_is_made_once(store: Storage) -> None:
    """Version 1 of a block that exists is refused, also at another time."""
    keep(store, a_block("block", span(9, 10)))
    with pytest.raises(StaleBooking):
        keep(store, a_block("block", span(14, 15)))
    assert [claim.span for claim in claims(store)] == [span(9, 10)]


@pytest.mark.parametrize("gone", ["never claimed", "another unit", "another period", "released"])
def test_only_a_live_claim_can_be_released(store: Storage, gone: str) -> None:
    """A released claim must be live, and the same booking's still, period and unit included."""
    booking = make(store, a_booking("b", span(9, 10)))
    other = make(store, a_booking("other", span(9, 10), B))
    (claim,) = booking.claims()
    if gone == "released":
        change(store, booking, booking.cancel("changed_my_mind"))
    released = {
        "never claimed": replace(claim, booking_id=other.id),
        "another unit": replace(claim, unit_id=C),
        "another period": replace(claim, span=span(9, 11)),
        "released": claim,
    }[gone]
    before = tuple(claims(store))
    with pytest.raises(StaleBooking):
        store.unit_of_work.commit(Changes(tenant_id=ACME, now=NOW, released=(released,)))
    assert tuple(claims(store)) == before


# Requests


def test_a_request_is_answered_once(store: Storage) -> None:
    """The second commit under one key is refused, though nothing else would refuse it."""
    first = a_booking("first", span(9, 10))
    make(store, first, answer=an_answer(first))
    second = a_booking("second", span(14, 15))
    with pytest.raises(AlreadyAnswered):
        make(store, second, answer=an_answer(second))
    assert store.idempotency.answer(an_answer(first).request) == an_answer(first)
    assert holders(store) == ["first"]


@pytest.mark.parametrize(
    "other",
    [{"tenant_id": GLOBEX}, {"principal": "bob"}, {"operation": "Cancel"}, {"key": "key-2"}],
    ids=["tenant", "principal", "operation", "key"],
)
def test_a_key_belongs_to_one_principal_and_operation(
    store: Storage, other: dict[str, Any]
) -> None:
    """The same key from somebody else, or for something else, is another request."""
    first = a_booking("first", span(9, 10))
    make(store, first, answer=an_answer(first))
    second = a_booking("second", span(14, 15), tenant_id=other.get("tenant_id", ACME))
    answer = an_answer(second)
    make(store, second, answer=replace(answer, request=replace(answer.request, **other)))
    assert standing(store, second).booking == second


# The catalogue


@pytest.mark.parametrize(
    ("noun", "id"), [("resource", ROOM), ("service", CUT), ("performance", CONCERT)]
)
def test_a_booking_is_judged_by_the_catalogue_that_stands(
    store: Storage, noun: str, id: Any
) -> None:
    """A revision that does not stand, any more or yet, is refused; the one that stands is not."""
    make(store, a_booking("now", span(9, 10)), judged_by=(JudgedBy(noun=noun, id=id, revision=1),))
    store.catalogue.save_resource(a_room(revision=2))
    store.catalogue.save_service(a_service(revision=2))
    store.catalogue.save_performance(a_performance(revision=2))
    for revision in (1, 3):
        judged_by = (JudgedBy(noun=noun, id=id, revision=revision),)
        with pytest.raises(StaleCatalogue) as refusal:
            make(store, a_booking("late", span(14, 15)), judged_by=judged_by)
        assert (refusal.value.noun, refusal.value.id) == (noun, id)
    judged_by = (JudgedBy(noun=noun, id=id, revision=2),)
    make(store, a_booking("late", span(14, 15)), judged_by=judged_by)


def test_one_stale_revision_among_many_is_enough(store: Storage) -> None:
    """Every revision that a change was judged by must stand."""
    store.catalogue.save_resource(a_room(ACME, ATTIC, revision=2))
    judged_by = (
        JudgedBy(noun="resource", id=ROOM, revision=1),
        JudgedBy(noun="service", id=CUT, revision=1),
        JudgedBy(noun="resource", id=ATTIC, revision=1),
    )
    with pytest.raises(StaleCatalogue) as refusal:
        make(store, a_booking("b", span(9, 10)), judged_by=judged_by)
    assert refusal.value.id == ATTIC


@pytest.mark.parametrize("gone", ["resource", "unit", "withdrawn"])
def test_only_units_that_exist_can_be_claimed(store: Storage, gone: str) -> None:
    """A unit that its resource does not have, any more or at all, is stale catalogue."""
    if gone == "withdrawn":
        make(store, a_booking("b", span(7, 8), D))
        released = standing(store, a_booking("b", span(7, 8))).booking
        change(store, released, released.cancel("changed_my_mind"))
        store.catalogue.save_resource(a_room(units=(Unit(A), Unit(B)), revision=2))
    unit, resource_id = {
        "resource": (A, ResourceId("cellar")),
        "unit": (UnitId("Z"), ROOM),
        "withdrawn": (D, ROOM),
    }[gone]
    booking = a_booking(
        "late", span(9, 10), items=(an_item(span(9, 10), unit, resource_id=resource_id),)
    )
    with pytest.raises(StaleCatalogue) as refusal:
        make(store, booking)
    assert (refusal.value.noun, refusal.value.id) == ("resource", resource_id)


def test_another_tenants_catalogue_does_not_count(store: Storage) -> None:
    """A revision stands for its own tenant only."""
    store.catalogue.save_resource(a_room(GLOBEX, revision=2))
    judged_by = (JudgedBy(noun="resource", id=ROOM, revision=1),)
    make(store, a_booking("b", span(9, 10)), judged_by=judged_by)
    with pytest.raises(StaleCatalogue):
        make(store, a_booking("b", span(9, 10), tenant_id=GLOBEX), judged_by=judged_by)


# Which comes first

ORDER: tuple[type[BookingError], ...] = (
    AlreadyAnswered,
    StaleCatalogue,
    StaleBooking,
    TooManyHolds,
    OverdueHoldsInTheWay,
    Taken,
    Overdrawn,
)


@pytest.mark.parametrize("first", ORDER, ids=lambda refusal: refusal.code)
def test_refusals_come_in_the_promised_order(store: Storage, first: type[BookingError]) -> None:
    """A commit with every fault from one refusal on is refused for that one."""
    answered = make(
        store, a_booking("sold", span(9, 10), A), answer=an_answer(a_booking("x", span(9, 10)))
    )
    make(store, a_hold("overdue", span(9, 10), B, customer_id=BOB, expires_at=NOW))
    faults = set(ORDER[ORDER.index(first) :])
    with pytest.raises(first) as refusal:
        store.unit_of_work.commit(_with_faults(answered, faults))
    assert type(refusal.value) is first


def _with_faults(sold: Booking, faults: set[type[BookingError]]) -> Changes:
    """A new hold of one to three units, and everything that is wrong with it."""
    units = [C, *([A] if Taken in faults else []), *([B] if OverdueHoldsInTheWay in faults else [])]
    hold = a_hold("new", span(9, 10), *units)
    changes = making(hold)
    if AlreadyAnswered in faults:
        changes = replace(changes, answer=an_answer(hold))
    if StaleCatalogue in faults:
        changes = replace(changes, judged_by=(JudgedBy(noun="resource", id=ROOM, revision=9),))
    if StaleBooking in faults:
        stale = next_of(next_of(sold, sold), sold.check_in(NOW))
        changes = replace(changes, saved=(*changes.saved, replace(changes.saved[0], booking=stale)))
    if TooManyHolds in faults:
        changes = replace(changes, hold_limits=at_most(0))
    if Overdrawn in faults:
        overdraft = Transfer(
            debit=LedgerAccount.KEPT,
            credit=LedgerAccount.DUE_BACK,
            amount=euros(1),
            at=NOW,
            payment_id=PaymentId(id_of("pay")),
        )
        account = Account(attempts=(an_attempt("pay"),), transfers=(overdraft,))
        saved = replace(
            changes.saved[0],
            account=account,
            attempts=account.attempts,
            transfers=account.transfers,
        )
        changes = replace(changes, saved=(saved, *changes.saved[1:]))
    return changes
