"""Answers given before, by the key of the request."""

from __future__ import annotations

from dataclasses import replace

import pytest

from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.ids import PaymentId
from booking_core.domain.payment.account import EMPTY_ACCOUNT
from booking_core.ports.idempotency import RequestKey
from booking_core.ports.storage import Storage
from tests.contract.builders import (
    ACME,
    CONCERT,
    CUT,
    GLOBEX,
    UNITS,
    a_booking,
    a_hold,
    an_answer,
    an_attempt,
    an_item,
    at,
    change,
    euros,
    id_of,
    make,
    making,
    saved,
    span,
)

A, B, C, D = UNITS
PAY = PaymentId(id_of("pay"))


def test_an_answer_is_kept_whole(store: Storage) -> None:
    """Booking, money, fingerprint and payment come back equal to what was answered."""
    items = (
        an_item(span(9, 10), B, A, service_id=CUT, claimed=span(8.5, 10.25)),
        an_item(span(20, 22), D, performance_id=CONCERT, promised=True),
    )
    booking = a_hold("b", span(9, 10), items=items, flag="a person should look")
    attempt = replace(an_attempt("pay"), checkout_url="https://pay.example/1")
    account = EMPTY_ACCOUNT.begin(attempt, 3).capture(PAY, euros(41), at(7), ref="ref-1")
    answer = an_answer(booking, account=account, payment_id=PAY, fingerprint="abc", at=at(5))
    store.unit_of_work.commit(
        making(booking, saved=(saved(booking, EMPTY_ACCOUNT, account),), answer=answer)
    )
    assert store.idempotency.answer(answer.request) == answer


def test_an_answer_stays_as_it_was_given(store: Storage) -> None:
    """What becomes of the booking afterwards does not change what was answered."""
    booking = a_hold("b", span(9, 10), state=BookingState.PENDING)
    answer = an_answer(booking)
    make(store, booking, answer=answer)
    cancelled = booking.cancel("changed_my_mind")
    later = an_answer(cancelled, "key-2")
    change(store, booking, cancelled, answer=later)
    assert store.idempotency.answer(answer.request) == answer
    assert store.idempotency.answer(later.request) == later


@pytest.mark.parametrize(
    "other",
    [{"tenant_id": GLOBEX}, {"principal": "bob"}, {"operation": "Cancel"}, {"key": "KEY-1"}],
    ids=["tenant", "principal", "operation", "key"],
)
def test_nobody_gets_the_answer_to_another_request(store: Storage, other: dict[str, str]) -> None:
    """Tenant, principal, operation and key must all be the same, to the letter."""
    booking = a_booking("b", span(9, 10))
    answer = an_answer(booking)
    make(store, booking, answer=answer)
    assert store.idempotency.answer(replace(answer.request, **other)) is None


def test_a_request_of_an_unknown_tenant_has_no_answer(store: Storage) -> None:
    """A tenant that does not exist is no error here."""
    request = RequestKey(tenant_id="nobody", principal="ann", operation="PlaceHold", key="k")
    assert store.idempotency.answer(request) is None


def test_old_answers_are_forgotten_a_few_at_a_time(store: Storage) -> None:
    """Only those older than the given moment, never more than the limit, of all tenants."""
    answers = []
    for n in range(5):
        tenant_id = GLOBEX if n == 1 else ACME
        booking = a_booking(f"b-{n}", span(n, n + 1), tenant_id=tenant_id)
        answers.append(an_answer(booking, f"key-{n}", at=at(n)))
        make(store, booking, answer=answers[-1])

    def kept() -> int:
        return sum(store.idempotency.answer(answer.request) is not None for answer in answers)

    assert store.idempotency.forget(at(3), limit=2) == 2
    assert kept() == 3
    assert store.idempotency.forget(at(3), limit=2) == 1
    assert store.idempotency.forget(at(3), limit=2) == 0
    assert [store.idempotency.answer(answer.request) for answer in answers[3:]] == answers[3:]


def test_a_forgotten_key_can_be_used_again(store: Storage) -> None:
    """What was forgotten is as if it had never been asked."""
    first = a_booking("first", span(9, 10))
    make(store, first, answer=an_answer(first))
    store.idempotency.forget(at(24), limit=10)
    second = a_booking("second", span(14, 15))
    make(store, second, answer=an_answer(second))
    assert store.idempotency.answer(an_answer(first).request) == an_answer(second)
