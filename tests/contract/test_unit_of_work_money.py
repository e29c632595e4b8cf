"""All or nothing: the money of a booking rides with it, and is never made or lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.ids import PaymentId, RefundId
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.account import EMPTY_ACCOUNT, Account
from booking_core.domain.payment.ledger import Balance, LedgerAccount, Overdrawn, Transfer
from booking_core.domain.payment.lifecycle import PaymentState, PaymentTrigger
from booking_core.ports.booking_repository import Dossier
from booking_core.ports.storage import Storage
from booking_core.ports.unit_of_work import StaleBooking
from tests.contract.builders import (
    ACME,
    GLOBEX,
    NOW,
    a_booking,
    a_hold,
    an_answer,
    an_attempt,
    at,
    change,
    changing,
    euros,
    id_of,
    make,
    next_of,
    saved,
    span,
    standing,
)

PAY, AGAIN = PaymentId(id_of("pay")), PaymentId(id_of("pay-again"))


def pay_in(store: Storage, dossier: Dossier, account: Account, **also: Any) -> Dossier:
    """Commit what changed of the money; the booking and its money as they stand then."""
    before = dossier.booking
    after = next_of(before, before)
    store.unit_of_work.commit(
        changing((before, before), saved=(saved(after, dossier.account, account),), **also)
    )
    return Dossier(booking=after, account=account)


def paid(store: Storage, booking: Booking) -> Dossier:
    """A stored booking for which 40 euros came in."""
    make(store, booking)
    dossier = Dossier(booking=booking, account=EMPTY_ACCOUNT)
    tried = EMPTY_ACCOUNT.begin(an_attempt("pay"), attempts_max=3)
    dossier = pay_in(store, dossier, tried)
    return pay_in(store, dossier, tried.capture(PAY, euros(40), at(7), ref="ref-1"))


def test_money_is_found_as_it_was_told(store: Storage) -> None:
    """Attempts, refunds and transfers come back equal and in order, through all their changes."""
    dossier = paid(store, a_booking("b", span(9, 10)))
    again = replace(an_attempt("pay-again", 2), checkout_url="https://pay.example/2")
    account = dossier.account.begin(again, attempts_max=3)
    dossier = pay_in(store, dossier, account)
    account = account.moved(AGAIN, PaymentTrigger.PROCESS)
    account = account.moved(AGAIN, PaymentTrigger.FAIL, failure="card declined")
    dossier = pay_in(store, dossier, account)
    for id, amount in (("refund-1", 15), ("refund-2", 5)):
        account = account.request_refund(
            RefundId(id_of(id)), PAY, euros(amount), at(8), "cancelled"
        )
    dossier = pay_in(store, dossier, account)
    account = account.refund_succeeded(RefundId(id_of("refund-1")), at(9), "ref-2")
    dossier = pay_in(store, dossier, account)
    account = account.refund_failed(RefundId(id_of("refund-2")), "account closed")
    dossier = pay_in(store, dossier, account)
    assert standing(store, dossier.booking) == dossier
    assert account.state is PaymentState.PARTIALLY_REFUNDED
    balance = standing(store, dossier.booking).account.balance("EUR")
    assert balance == Balance(captured=4000, refunded=1500, kept=2000, due_back=500)


def test_every_amount_that_money_can_have_is_kept(store: Storage) -> None:
    """Yen without decimals and the largest amount there is come back to the unit."""
    for booking, amount in (
        (a_booking("yen", span(9, 10)), Money(1, "JPY")),
        (a_booking("much", span(10, 11)), Money(10**15, "KWD")),
    ):
        dossier = Dossier(booking=make(store, booking), account=EMPTY_ACCOUNT)
        attempt = an_attempt("pay" + amount.currency, amount=amount)
        account = EMPTY_ACCOUNT.begin(attempt, 3).capture(attempt.id, amount, at(7))
        dossier = pay_in(store, dossier, account)
        assert standing(store, booking) == dossier


def test_a_wrong_amount_waits_in_suspense(store: Storage) -> None:
    """Money that was not asked for is kept apart, in its own currency."""
    booking = make(store, a_hold("b", span(9, 10)))
    account = EMPTY_ACCOUNT.begin(an_attempt("pay"), 3).capture(PAY, Money(4000, "USD"), at(7))
    pay_in(store, Dossier(booking=booking, account=EMPTY_ACCOUNT), account)
    found = standing(store, booking).account
    assert [transfer.credit for transfer in found.transfers] == [LedgerAccount.SUSPENSE]
    assert (found.balance("USD").kept, found.balance("EUR").kept) == (4000, 0)


@pytest.mark.parametrize("minor", [4001, 10**15])
def test_no_account_gives_more_than_it_holds(store: Storage, minor: int) -> None:
    """A transfer that would leave less than nothing is refused, and with it the commit."""
    dossier = paid(store, a_booking("b", span(9, 10)))
    too_much = transfer(LedgerAccount.KEPT, LedgerAccount.DUE_BACK, Money(minor, "EUR"))
    account = replace(dossier.account, transfers=(*dossier.account.transfers, too_much))
    with pytest.raises(Overdrawn) as refusal:
        pay_in(store, dossier, account, answer=an_answer(dossier.booking))
    assert refusal.value.account == LedgerAccount.KEPT.value
    assert standing(store, dossier.booking) == dossier
    assert store.idempotency.answer(an_answer(dossier.booking).request) is None


@pytest.mark.parametrize(
    ("debit", "amount"),
    [
        (LedgerAccount.SUSPENSE, euros(1)),
        (LedgerAccount.DUE_BACK, euros(1)),
        (LedgerAccount.KEPT, Money(4000, "USD")),
    ],
    ids=["suspense", "due back", "another currency"],
)
def test_what_one_account_holds_is_not_anothers(
    store: Storage, debit: LedgerAccount, amount: Money
) -> None:
    """40 euros kept cover nothing in suspense, nothing due back, and no dollars."""
    dossier = paid(store, a_booking("b", span(9, 10)))
    overdraft = transfer(debit, LedgerAccount.PROVIDER, amount)
    account = replace(dossier.account, transfers=(*dossier.account.transfers, overdraft))
    with pytest.raises(Overdrawn):
        pay_in(store, dossier, account)
    assert standing(store, dossier.booking) == dossier


def test_one_bookings_money_does_not_pay_for_another(store: Storage) -> None:
    """Accounts belong to one booking of one tenant, whatever its name elsewhere."""
    paid(store, a_booking("b", span(9, 10)))
    poor = make(store, a_booking("poor", span(10, 11)))
    theirs = make(store, a_booking("b", span(9, 10), tenant_id=GLOBEX))
    for booking in (poor, theirs):
        attempt = an_attempt("pay-" + booking.tenant_id)
        overdraft = transfer(LedgerAccount.KEPT, LedgerAccount.DUE_BACK, euros(1), attempt.id)
        account = Account(attempts=(attempt,), transfers=(overdraft,))
        with pytest.raises(Overdrawn):
            pay_in(store, Dossier(booking=booking, account=EMPTY_ACCOUNT), account)


def test_two_refunds_of_the_same_money_cannot_both_win(store: Storage) -> None:
    """Money rides under its booking's version: the second of two refunds is stale."""
    dossier = paid(store, a_booking("b", span(9, 10)))
    one, two = (
        dossier.account.request_refund(RefundId(id_of(id)), PAY, euros(40), at(8), "cancelled")
        for id in ("one", "two")
    )
    refunded = pay_in(store, dossier, one)
    with pytest.raises(StaleBooking):
        pay_in(store, dossier, two)
    assert standing(store, dossier.booking) == refunded


def test_a_booking_that_changes_keeps_its_money(store: Storage) -> None:
    """A commit that names no money leaves all of it."""
    dossier = paid(store, a_booking("b", span(9, 10)))
    booking = dossier.booking
    after = next_of(booking, booking.check_in(at(9)))
    change(store, booking, after, saved=(saved(after, dossier.account, dossier.account),))
    assert standing(store, booking).account == dossier.account
    assert store.bookings.of_payment(ACME, PAY).booking == after


def transfer(
    debit: LedgerAccount, credit: LedgerAccount, amount: Money, payment_id: PaymentId = PAY
) -> Transfer:
    """Money that goes from one account to another."""
    return Transfer(debit=debit, credit=credit, amount=amount, at=NOW, payment_id=payment_id)
