"""Where bookings, and the money of each, rest between commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.errors import InvalidInput, NotFound
from booking_core.domain.kernel.ids import BookingId, PaymentId, ProviderId, RefundId
from booking_core.domain.payment.account import EMPTY_ACCOUNT, Account
from booking_core.domain.payment.lifecycle import PaymentTrigger
from booking_core.ports.booking_repository import BookingFilter, Dossier, HoldCount, OverdueHold
from booking_core.ports.page import Page, PageRequest
from booking_core.ports.storage import Storage
from tests.contract.builders import (
    ACME,
    ATTIC,
    BOB,
    CONCERT,
    CUT,
    GLOBEX,
    HOLD,
    NOW,
    ROOM,
    UNITS,
    a_booking,
    a_hold,
    an_attempt,
    an_event,
    an_item,
    at,
    change,
    euros,
    id_of,
    make,
    making,
    name_of,
    next_of,
    saved,
    span,
    standing,
)
from tests.contract.paging import all_pages

A, B, C, D = UNITS
ANY = BookingFilter()
PAY, REFUND = PaymentId(id_of("pay")), RefundId(id_of("refund"))


def ids(page: Page[Dossier]) -> list[str]:
    """The bookings of a page."""
    return names(page.entries)


def names(dossiers: Sequence[Dossier]) -> list[str]:
    """What the bookings are called."""
    return [name_of(dossier.booking.id) for dossier in dossiers]


def make_with(store: Storage, booking: Booking, account: Account) -> None:
    """Commit a new booking that has money."""
    store.unit_of_work.commit(making(booking, saved=(saved(booking, EMPTY_ACCOUNT, account),)))


# One booking


def test_every_fact_of_a_booking_is_kept(store: Storage) -> None:
    """All fields come back equal: items, terms, price, flag, code and instants."""
    items = (
        an_item(span(9, 10), B, A, service_id=CUT, claimed=span(8.5, 10.25)),
        an_item(span(20, 22), D, performance_id=CONCERT, promised=True),
        an_item(span(11, 12), resource_id=ATTIC),
    )
    booking = a_hold(
        "b",
        span(9, 10),
        items=items,
        state=BookingState.PENDING_CONFIRMATION,
        created_at=NOW + timedelta(microseconds=123456),
        expires_at=at(30) + timedelta(microseconds=1),
        flag="a person should look",
        sequence=1,
    )
    make(store, booking)
    assert standing(store, booking) == Dossier(booking=booking, account=EMPTY_ACCOUNT)


@pytest.mark.parametrize(
    "end",
    [
        lambda b: b.cancel("changed_my_mind"),
        lambda b: b.complete(at(11)),
        lambda b: b.no_show(at(12)),
        lambda b: b.check_in(at(9)),
        lambda b: b.flagged("odd"),
    ],
    ids=["cancelled", "completed", "no-show", "checked in", "flagged"],
)
def test_every_change_is_kept(store: Storage, end: Callable[[Booking], Booking]) -> None:
    """After each act the booking comes back as the act left it, reason and all."""
    booking = make(store, a_booking("b", span(9, 12), price=None))
    after = change(store, booking, end(booking))
    assert standing(store, booking).booking == after


def test_a_booking_that_is_not_there_is_not_found(store: Storage) -> None:
    """A missing booking, another tenant's and one of a name that none can have look alike."""
    make(store, a_booking("theirs", span(9, 10), tenant_id=GLOBEX))
    for id in (id_of("missing"), id_of("theirs"), "no-uuid"):
        with pytest.raises(NotFound) as refusal:
            store.bookings.get(ACME, BookingId(id))
        assert (refusal.value.noun, refusal.value.id) == ("booking", id)


# Several bookings


def test_several_bookings_come_by_id(store: Storage) -> None:
    """In order of their ids, whatever the order of asking."""
    for hour, id in enumerate(("b", "c", "a", "d")):
        make(store, a_booking(id, span(hour, hour + 1)))
    found = store.bookings.get_many(ACME, tuple(map(id_of, ("c", "a", "b"))))
    assert names(found) == ["a", "b", "c"]
    assert tuple(store.bookings.get_many(ACME, ())) == ()


def test_one_missing_among_several_is_not_found(store: Storage) -> None:
    """All or none, and another tenant's booking is missing."""
    make(store, a_booking("a", span(9, 10)))
    make(store, a_booking("b", span(9, 10), tenant_id=GLOBEX))
    with pytest.raises(NotFound) as refusal:
        store.bookings.get_many(ACME, (id_of("a"), id_of("b")))
    assert refusal.value.id == id_of("b")


# By payment


def test_a_payment_leads_to_its_booking(store: Storage) -> None:
    """Each attempt of each booking, and no attempt of another tenant's."""
    one = EMPTY_ACCOUNT.begin(an_attempt("p-1"), 3).begin(an_attempt("p-2", 2), 3)
    make_with(store, a_hold("one", span(9, 10)), one)
    make_with(store, a_hold("two", span(10, 11)), EMPTY_ACCOUNT.begin(an_attempt("p-3"), 3))
    leads_to = {
        id: name_of(store.bookings.of_payment(ACME, id_of(id)).booking.id)
        for id in ("p-1", "p-2", "p-3")
    }
    assert leads_to == {"p-1": "one", "p-2": "one", "p-3": "two"}
    assert store.bookings.of_payment(ACME, id_of("p-1")).account == one
    for tenant_id, id in ((ACME, id_of("p-4")), (GLOBEX, id_of("p-1")), (ACME, "no-uuid")):
        with pytest.raises(NotFound):
            store.bookings.of_payment(tenant_id, PaymentId(id))


# Listings


def test_bookings_are_listed_newest_first(store: Storage) -> None:
    """By when they were made; those of one moment by id, highest first."""
    for minutes, id in enumerate(("c", "a", "b")):
        make(store, a_booking(id, span(minutes, minutes + 1), created_at=at(minutes)))
    for hour, id in enumerate(("x", "z", "y"), start=10):
        make(store, a_booking(id, span(hour, hour + 1), created_at=at(9)))
    assert ids(store.bookings.page(ACME, ANY, PageRequest())) == ["z", "y", "x", "b", "a", "c"]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_pages_show_every_booking_once(store: Storage, limit: int) -> None:
    """Cursors lead through the whole listing, also among bookings of one moment."""
    made = [
        make(store, a_booking(f"b-{n}", span(n, n + 1), created_at=at(n // 3))) for n in range(7)
    ]
    found = all_pages(lambda page: store.bookings.page(ACME, ANY, page), limit)
    assert [dossier.booking for dossier in found] == sorted(
        made, key=lambda booking: (booking.created_at, booking.id), reverse=True
    )


def test_a_page_is_not_disturbed_by_new_bookings(store: Storage) -> None:
    """Who pages on sees what came after the cursor, not what was made since."""
    for n in range(4):
        make(store, a_booking(f"b-{n}", span(n, n + 1), created_at=at(n)))
    first = store.bookings.page(ACME, ANY, PageRequest(limit=2))
    make(store, a_booking("new", span(10, 11), created_at=at(10)))
    rest = store.bookings.page(ACME, ANY, PageRequest(limit=2, after=first.next))
    assert ids(first) + ids(rest) == ["b-3", "b-2", "b-1", "b-0"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, {"mine", "bobs", "theirs", "attic", "held"}),
        ({"customer_id": BOB}, {"bobs"}),
        ({"provider_id": ProviderId("another")}, {"theirs"}),
        ({"resource_id": ATTIC}, {"attic"}),
        ({"resource_id": ROOM}, {"mine", "bobs", "theirs", "held", "attic"}),
        ({"state": BookingState.PENDING}, {"held"}),
        ({"state": BookingState.CONFIRMED, "resource_id": ATTIC}, {"attic"}),
        ({"state": BookingState.CANCELLED}, set()),
        ({"customer_id": BOB, "state": BookingState.PENDING}, set()),
    ],
)
def test_a_filter_narrows_the_listing(
    store: Storage, wanted: dict[str, Any], found: set[str]
) -> None:
    """Every field that is set must hold; by resource any of the booking's items will do."""
    make(store, a_booking("mine", span(9, 10)))
    make(store, a_booking("bobs", span(10, 11), customer_id=BOB))
    make(store, a_booking("theirs", span(11, 12), provider_id=ProviderId("another")))
    both = (an_item(span(12, 13)), an_item(span(12, 13), resource_id=ATTIC))
    make(store, a_booking("attic", span(12, 13), items=both))
    make(store, a_hold("held", span(13, 14)))
    listed = store.bookings.page(ACME, BookingFilter(**wanted), PageRequest())
    assert len(ids(listed)) == len(found)
    assert set(ids(listed)) == found


def test_a_filtered_listing_has_pages_too(store: Storage) -> None:
    """What the filter leaves out counts for no page."""
    for n in range(9):
        customer = {"customer_id": BOB} if n % 3 else {}
        make(store, a_booking(f"b-{n}", span(n, n + 1), created_at=at(n), **customer))
    bobs = BookingFilter(customer_id=BOB)
    found = all_pages(lambda page: store.bookings.page(ACME, bobs, page), 2)
    assert names(found) == [f"b-{n}" for n in (8, 7, 5, 4, 2, 1)]


def test_a_booking_over_by_state_is_still_listed(store: Storage) -> None:
    """A cancelled booking is listed with the resource that it gave back."""
    booking = make(store, a_booking("b", span(9, 10)))
    change(store, booking, booking.cancel("changed_my_mind"))
    listed = store.bookings.page(ACME, BookingFilter(resource_id=ROOM), PageRequest())
    assert ids(listed) == ["b"]


def test_a_tenant_lists_its_own_bookings(store: Storage) -> None:
    """Another tenant's are in no listing and no later page of one."""
    make(store, a_booking("ours", span(9, 10)))
    make(store, a_booking("theirs", span(9, 10), tenant_id=GLOBEX))
    assert ids(store.bookings.page(ACME, ANY, PageRequest())) == ["ours"]
    assert ids(store.bookings.page(GLOBEX, ANY, PageRequest())) == ["theirs"]


@pytest.mark.parametrize("cursor", ["nonsense", ":", "x:y", "9" * 100, "1e3", "-1:b", "٣:b"])
def test_a_cursor_that_was_never_handed_out_is_refused(store: Storage, cursor: str) -> None:
    """A made-up cursor is invalid input, not an error of ours."""
    booking = make(store, a_booking("b", span(9, 10)))
    for listing in (
        lambda page: store.bookings.page(ACME, ANY, page),
        lambda page: store.bookings.history(ACME, booking.id, page),
    ):
        with pytest.raises(InvalidInput) as refusal:
            listing(PageRequest(after=cursor))
        assert refusal.value.field == "after"


# History


@pytest.mark.parametrize("limit", [1, 2, 5, 6])
def test_history_is_told_in_order(store: Storage, limit: int) -> None:
    """Events come by sequence, whole and once, over any number of pages."""
    booking = make(store, a_hold("b", span(9, 10)))
    told = [an_event(booking, "booking.created")]
    for n in range(4):
        before, booking = booking, change(store, booking, booking.extend(at(7 + n)))
        told.append(an_event(booking, "booking.changed"))
        assert before.sequence + 1 == booking.sequence
    make(store, a_hold("other", span(10, 11)))
    found = all_pages(lambda page: store.bookings.history(ACME, booking.id, page), limit)
    assert found == told
    assert all(one.sequence < next.sequence for one, next in pairwise(found))


def test_an_event_is_kept_to_the_letter(store: Storage) -> None:
    """Nested data, every kind of value and every letter come back equal."""
    booking = a_hold("b", span(9, 10))
    event = an_event(
        booking,
        "booking.created",
        text='Ünï " \\ \n ☂ 𝄞',
        whole=2**53,
        yes=True,
        nothing=None,
        nested={"empty": {}, "list": ("A", 1, None, ("deep", {"er": False}))},
    )
    make(store, booking, events=(event,))
    (found,) = store.bookings.history(ACME, booking.id, PageRequest()).entries
    assert found == event


def test_the_history_of_another_tenants_booking_is_not_found(store: Storage) -> None:
    """Nor that of a booking that does not exist."""
    make(store, a_hold("b", span(9, 10), tenant_id=GLOBEX))
    for id in (id_of("b"), id_of("missing"), "no-uuid"):
        with pytest.raises(NotFound):
            store.bookings.history(ACME, BookingId(id), PageRequest())


# For sweepers


def test_overdue_holds_come_longest_overdue_first(store: Storage) -> None:
    """Of all tenants; what lapses at this very moment is overdue, what lapses later is not."""
    for minutes, id in ((3, "c"), (1, "a"), (9, "later"), (2, "b")):
        until = NOW + timedelta(minutes=minutes)
        make(store, a_hold(id, span(minutes, minutes + 1), expires_at=until))
    theirs = NOW + timedelta(minutes=2, seconds=30)
    make(store, a_hold("theirs", span(9, 10), tenant_id=GLOBEX, expires_at=theirs))
    make(store, a_booking("confirmed", span(10, 11)))
    now = NOW + timedelta(minutes=3)
    found = store.bookings.overdue(now, limit=10)
    assert [name_of(hold.booking_id) for hold in found] == ["a", "b", "theirs", "c"]
    assert tuple(store.bookings.overdue(now, limit=2)) == tuple(found[:2])
    assert tuple(store.bookings.overdue(NOW, limit=10)) == ()


def test_an_overdue_hold_says_what_expiring_it_takes(store: Storage) -> None:
    """State, version and sequence are those that stand now."""
    hold = make(store, a_hold("b", span(9, 10), state=BookingState.PENDING_CONFIRMATION))
    hold = change(store, hold, hold.flagged("odd"))
    assert tuple(store.bookings.overdue(NOW + HOLD, limit=1)) == (
        OverdueHold(
            tenant_id=ACME,
            booking_id=hold.id,
            state=BookingState.PENDING_CONFIRMATION,
            version=2,
            sequence=2,
        ),
    )


def test_holds_are_counted_by_whether_they_stand(store: Storage) -> None:
    """Of all tenants, paid for or awaiting an approval; counted no further than asked for."""
    states = (BookingState.PENDING, BookingState.PENDING_CONFIRMATION, BookingState.PENDING)
    for minutes, state in enumerate(states, start=1):
        until = NOW + timedelta(minutes=minutes)
        hold = a_hold(f"b-{minutes}", span(minutes, minutes + 1), state=state, expires_at=until)
        make(store, hold)
    theirs = NOW + timedelta(minutes=9)
    make(store, a_hold("theirs", span(9, 10), tenant_id=GLOBEX, expires_at=theirs))
    make(store, a_booking("confirmed", span(10, 11)))
    now = NOW + timedelta(minutes=1)
    assert store.bookings.holds(now, most=10) == HoldCount(live=3, overdue=1)
    assert store.bookings.holds(now, most=2) == HoldCount(live=2, overdue=1)
    assert store.bookings.holds(theirs, most=3) == HoldCount(live=0, overdue=3)


def test_what_is_not_held_any_more_is_not_overdue(store: Storage) -> None:
    """Paid, extended, cancelled or expired: nothing is left to sweep."""
    acts: tuple[Callable[[Booking], Booking], ...] = (
        lambda b: b.pay(),
        lambda b: b.extend(at(8)),
        lambda b: b.cancel("changed_my_mind"),
        lambda b: b.expire(),
    )
    for n, act in enumerate(acts):
        hold = make(store, a_hold(f"b-{n}", span(n, n + 1)))
        change(store, hold, act(hold))
    assert tuple(store.bookings.overdue(NOW + HOLD, limit=10)) == ()


# For reconciliation


def test_what_may_differ_from_the_provider_is_unsettled(store: Storage) -> None:
    """Open attempts, and refunds that are not done; nothing that is over, and not by tenant."""
    begun = EMPTY_ACCOUNT.begin(an_attempt("pay"), 3)
    paid = begun.capture(PAY, euros(40), at(7))
    owed = paid.request_refund(REFUND, PAY, euros(40), at(8), "cancelled")
    accounts = {
        "e-created": begun,
        "d-processing": begun.moved(PAY, PaymentTrigger.PROCESS),
        "c-owed": owed,
        "b-refund-failed": owed.refund_failed(REFUND, "account closed"),
        "nothing": EMPTY_ACCOUNT,
        "failed": begun.moved(PAY, PaymentTrigger.FAIL, failure="declined"),
        "paid": paid,
        "refunded": owed.refund_succeeded(REFUND, at(9), "ref"),
    }
    for hour, (id, account) in enumerate(accounts.items()):
        make_with(store, a_booking(id, span(hour, hour + 1)), _own(account, id))
    theirs = a_booking("a-theirs", span(9, 10), tenant_id=GLOBEX)
    make_with(store, theirs, begun)
    found = store.bookings.unsettled(limit=10)
    unsettled = ["a-theirs", "b-refund-failed", "c-owed", "d-processing", "e-created"]
    assert names(found) == unsettled
    assert found[2].account == _own(owed, "c-owed")
    after = store.bookings.unsettled(limit=2, after=BookingId(id_of("b-refund-failed")))
    assert names(after) == ["c-owed", "d-processing"]


def test_an_open_attempt_outlives_what_holds_nothing_any_more(store: Storage) -> None:
    """By id and of all tenants; not one that may still be paid, or that came to an end."""
    begun = EMPTY_ACCOUNT.begin(an_attempt("pay"), 3)
    over = {
        "c-created": begun,
        "b-processing": begun.moved(PAY, PaymentTrigger.PROCESS),
        "given-up": begun.moved(PAY, PaymentTrigger.CANCEL),
        "paid": begun.capture(PAY, euros(40), at(7)),
        "nothing": EMPTY_ACCOUNT,
    }
    for hour, (id, account) in enumerate(over.items()):
        end_with(store, a_booking(id, span(hour, hour + 1)), _own(account, id))
    end_with(store, a_booking("a-theirs", span(9, 10), tenant_id=GLOBEX), begun)
    make_with(store, a_booking("live", span(11, 12)), _own(begun, "live"))
    make_with(store, a_hold("held", span(13, 14)), _own(begun, "held"))
    assert names(store.bookings.outlived(limit=10)) == ["a-theirs", "b-processing", "c-created"]
    assert names(store.bookings.outlived(limit=2)) == ["a-theirs", "b-processing"]
    after = store.bookings.outlived(limit=10, after=BookingId(id_of("b-processing")))
    assert names(after) == ["c-created"]
    assert after[0].account == _own(begun, "c-created")


def end_with(store: Storage, booking: Booking, account: Account) -> None:
    """Commit a booking that has money, and its end."""
    make_with(store, booking, account)
    ended = booking.cancel("changed_my_mind")
    change(store, booking, ended, saved=(saved(next_of(booking, ended), account, account),))


def _own(account: Account, id: str) -> Account:
    """The account with ids that no other booking has."""
    own, refund = PaymentId(id_of(id)), RefundId(id_of(id))
    return Account(
        attempts=tuple(replace(a, id=own) for a in account.attempts),
        refunds=tuple(replace(r, id=refund, payment_id=own) for r in account.refunds),
        transfers=tuple(
            replace(t, payment_id=own, refund_id=t.refund_id and refund) for t in account.transfers
        ),
    )
