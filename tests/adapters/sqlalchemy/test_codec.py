"""Documents: what goes in comes out, and what was stored years ago still does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from booking_adapters.sqlalchemy.codec import (
    decode,
    decode_data,
    decode_items,
    decode_terms,
    encode,
)
from booking_adapters.sqlalchemy.snapshot import restored, snapshot
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.item import Item
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.booking.terms import Terms
from booking_core.domain.catalogue.schedule import OpeningHours, Schedule
from booking_core.domain.kernel.cancellation_policy import CancellationPolicy, RefundTier
from booking_core.domain.kernel.money import Money
from booking_core.domain.kernel.span import LONGEST, Span
from booking_core.domain.payment.account import EMPTY_ACCOUNT
from tests.contract import builders as b

instants = st.datetimes(datetime(1900, 1, 1), datetime(8990, 1, 1)).map(
    lambda naive: naive.replace(tzinfo=UTC)
)
durations = st.timedeltas(timedelta(microseconds=1), LONGEST)
spans = st.builds(lambda start, length: Span(start, start + length), instants, durations)
texts = st.text(st.characters(exclude_categories=["Cs"]))
names = st.text("abcXYZ019._:|@+-", min_size=1, max_size=20)
items = st.builds(
    Item,
    resource_id=names,
    unit_ids=st.lists(names, min_size=1, max_size=4).map(tuple),
    span=spans,
    claimed=spans,
    service_id=st.none() | names,
    performance_id=st.none() | names,
    promised=st.booleans(),
)
tiers = st.lists(
    st.builds(
        RefundTier,
        notice=st.timedeltas(timedelta(0), timedelta(days=999)),
        share_bp=st.integers(0, 10_000),
        fee_minor=st.integers(0, 10**15),
    ),
    max_size=5,
    unique_by=lambda tier: tier.notice,
).map(lambda tiers: tuple(sorted(tiers, key=lambda tier: tier.notice, reverse=True)))
terms = st.builds(
    Terms,
    zone=st.sampled_from(["Europe/Paris", "Asia/Kathmandu"]),
    cancellation=st.builds(CancellationPolicy, tiers=tiers),
    hold_for=st.timedeltas(timedelta(minutes=1), timedelta(hours=1)),
    attempts_max=st.integers(1, 20),
    releases_on_payment_failure=st.booleans(),
    releases_on_no_show=st.booleans(),
    text=texts,
)
data = st.recursive(
    texts | st.integers(-(2**63), 2**63) | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=4).map(tuple) | st.dictionaries(texts, inner, max_size=4)
    ),
    max_leaves=20,
)
money = st.builds(Money, st.integers(0, 10**15), st.sampled_from(["EUR", "JPY", "KWD"]))
bookings = st.builds(
    lambda **facts: replace(b.a_booking("b", b.span(9, 10)), **facts),
    state=st.sampled_from(BookingState),
    items=st.lists(items, min_size=1, max_size=3).map(tuple),
    price=st.none() | money,
    expires_at=st.none() | instants,
    reason_code=st.none() | texts,
    checked_in_at=st.none() | instants,
    flag=st.none() | texts,
    version=st.integers(1, 2**31 - 1),
    sequence=st.integers(0, 2**31 - 1),
)


@given(st.lists(items, max_size=4).map(tuple))
def test_items_come_back_equal(given_items: tuple[Item, ...]) -> None:
    """To the microsecond, and with instants in UTC itself."""
    found = decode_items(encode(given_items))
    assert found == given_items
    assert all(item.span.start.tzinfo is UTC for item in found)


@given(terms)
def test_terms_come_back_from_their_canonical_text(given_terms: Terms) -> None:
    """What was hashed is all there is: equal terms, and the same hash."""
    found = decode_terms(given_terms.canonical())
    assert found == given_terms
    assert found.hash == given_terms.hash


@given(st.dictionaries(texts, data, max_size=4))
def test_event_data_come_back_equal(given_data: dict[str, Any]) -> None:
    """Lists are tuples again, however deep."""
    assert decode_data(encode(given_data)) == given_data


@given(bookings, bookings)
def test_a_snapshot_restores_what_may_change(then: Booking, now: Booking) -> None:
    """Laid over the booking as it is today it gives the booking as it was, and its money."""
    pay = b.PaymentId(b.id_of("pay"))
    account = EMPTY_ACCOUNT.begin(b.an_attempt("pay"), 3).capture(pay, b.euros(40), b.at(7))
    assert restored(now, snapshot(then, account)) == (then, account)


@given(st.dictionaries(st.dates(), st.just((OpeningHours(540, 720),)), max_size=5))
def test_schedules_come_back_equal(exceptions: dict[Any, Any]) -> None:
    """Dates are names in JSON, and dates again afterwards."""
    schedule = Schedule(weekly=((OpeningHours(0, 1440),),) * 7, exceptions=exceptions)
    assert decode(encode(schedule), Schedule) == schedule


ITEM = Item(
    resource_id=b.ROOM,
    unit_ids=(b.UNITS[0],),
    span=b.span(9, 10),
    claimed=b.span(8.5, 10),
    service_id=b.CUT,
)
STORED_ITEMS = (
    '[{"resource_id":"room","unit_ids":["A"],'
    '"span":{"start":"2030-01-07T09:00:00Z","end":"2030-01-07T10:00:00Z"},'
    '"claimed":{"start":"2030-01-07T08:30:00Z","end":"2030-01-07T10:00:00Z"},'
    '"service_id":"cut","performance_id":null,"promised":false}]'
)
STORED_TERMS = (
    '{"attemptsMax":3,"holdForMicroseconds":600000000,"releasesOnNoShow":false,'
    '"releasesOnPaymentFailure":true,"text":"Chaises à côté; 10 % off",'
    '"tiers":[[172800000000,8000,150]],"zone":"Europe/Paris"}'
)


def test_what_is_stored_keeps_its_form() -> None:
    """Databases hold these very texts: a name that changes in the core must not change here."""
    assert encode((ITEM,)) == STORED_ITEMS
    assert decode_items(STORED_ITEMS) == (ITEM,)
    assert b.TERMS.canonical() == STORED_TERMS
    assert decode_terms(STORED_TERMS) == b.TERMS


def test_a_snapshot_keeps_its_form() -> None:
    """Answers outlive the version that gave them."""
    hold = b.a_hold("b", b.span(9, 10))
    stored = (
        '{"state":"PENDING","items":[{"resource_id":"room","unit_ids":["A"],'
        '"span":{"start":"2030-01-07T09:00:00Z","end":"2030-01-07T10:00:00Z"},'
        '"claimed":{"start":"2030-01-07T09:00:00Z","end":"2030-01-07T10:00:00Z"},'
        '"service_id":null,"performance_id":null,"promised":false}],'
        '"price":{"amount_minor":4000,"currency":"EUR"},"expires_at":"2030-01-07T06:10:00Z",'
        '"reason_code":null,"checked_in_at":null,"flag":null,"version":1,"sequence":1,'
        '"account":{"attempts":[],"refunds":[],"transfers":[]}}'
    )
    assert snapshot(hold, EMPTY_ACCOUNT) == stored
    assert restored(hold, stored) == (hold, EMPTY_ACCOUNT)
