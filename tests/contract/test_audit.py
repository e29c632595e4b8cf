"""The promises, asked of what is stored."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import PaymentId
from booking_core.domain.payment.account import EMPTY_ACCOUNT
from booking_core.ports.audit import PROMISES
from booking_core.ports.storage import Storage
from tests.contract.builders import (
    GLOBEX,
    UNITS,
    a_block,
    a_booking,
    a_hold,
    an_attempt,
    an_item,
    at,
    change,
    euros,
    id_of,
    keep,
    make,
    making,
    saved,
    span,
)
from tests.contract.vandals import Vandal

A, B, C, D = UNITS


def findings(store: Storage) -> set[str]:
    """The promises that are broken."""
    return {promise for promise in store.audit.promises() if any(store.audit.violations(promise))}


def busy_day(store: Storage) -> Booking:
    """A bit of everything that can be stored; the booking that will be vandalised."""
    make(store, a_booking("other", span(9, 10), A))
    gone = make(store, a_hold("gone", span(10, 11), A))
    change(store, gone, gone.cancel("changed_my_mind"))
    used = make(store, a_booking("used", span(7, 9), B))
    change(store, used, used.complete(at(8)))
    hold = make(store, a_hold("moved", span(11, 12), C))
    change(store, hold, hold.reschedule((an_item(span(11, 13), C),), hold.price))
    make(store, a_booking("b", span(9, 10), D, tenant_id=GLOBEX))
    keep(store, a_block("block", span(14, 15), A, B))
    victim = a_hold("victim", span(12, 13), A, B)
    pay = PaymentId(id_of("pay"))
    account = EMPTY_ACCOUNT.begin(an_attempt("pay"), 3).capture(pay, euros(40), at(7))
    store.unit_of_work.commit(making(victim, saved=(saved(victim, EMPTY_ACCOUNT, account),)))
    return victim


def test_every_storage_checks_what_is_promised(store: Storage) -> None:
    """The common promises come first, in their order; a storage may have more of its own."""
    assert store.audit.promises()[: len(PROMISES)] == PROMISES


def test_nothing_is_found_where_nothing_is_wrong(store: Storage) -> None:
    """Everything that goes through the ports keeps every promise."""
    assert findings(store) == set()
    busy_day(store)
    assert findings(store) == set()


@pytest.mark.parametrize(
    ("promise", "break_it"),
    [
        ("no-double-booking", lambda vandal, b: vandal.move_claims(b, span(9.5, 11))),
        ("all-or-nothing", lambda vandal, b: vandal.drop_claim(b)),
        ("nothing-lost", lambda vandal, b: vandal.drop_last_event(b)),
        ("money-conserved", lambda vandal, b: vandal.change_captured(b, 3999)),
        ("holds-end", lambda vandal, b: vandal.unlimit_claims(b)),
    ],
)
def test_a_broken_promise_is_found(
    store: Storage, vandal: Vandal, promise: str, break_it: Callable[[Vandal, Booking], None]
) -> None:
    """What somebody broke behind the ports' back is found, and what it is said by name."""
    victim = busy_day(store)
    break_it(vandal, victim)
    assert findings(store) == {promise}
    (violation,) = store.audit.violations(promise)
    assert violation.promise == promise
    assert victim.id in f"{violation.subject} {violation.detail}"


def test_no_more_is_told_than_was_asked_for(store: Storage, vandal: Vandal) -> None:
    """A storage full of violations is told of a few at a time."""
    for n in range(4):
        vandal.drop_claim(make(store, a_booking(f"b-{n}", span(n, n + 1))))
    assert len(list(store.audit.violations("all-or-nothing", limit=3))) == 3
    assert len(list(store.audit.violations("all-or-nothing"))) == 4


def test_nobody_promised_anything_else(store: Storage) -> None:
    """A promise of another name is not found."""
    with pytest.raises(NotFound):
        list(store.audit.violations("no-rain"))
