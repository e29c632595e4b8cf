"""Money is conserved in an account, whatever happens to it in whatever order."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.ids import PaymentId, RefundId
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.account import EMPTY_ACCOUNT, Account, TooManyAttempts
from booking_core.domain.payment.attempt import Attempt
from booking_core.domain.payment.ledger import LedgerAccount, Overdrawn, balance

AT = datetime(2030, 1, 1, tzinfo=UTC)


def euros(minor: int) -> Money:
    """So many cents."""
    return Money(minor, "EUR")


def attempt(number: int, asked: int) -> Attempt:
    """The n-th attempt to pay so many cents."""
    return Attempt(
        id=PaymentId(f"p{number}"),
        number=number,
        amount=euros(asked),
        provider="simulated",
        created_at=AT,
    )


def paid(*amounts: int) -> Account:
    """An account in which each of the attempts was paid as asked."""
    account = EMPTY_ACCOUNT
    for number, minor in enumerate(amounts, 1):
        account = account.begin(attempt(number, minor), attempts_max=20)
        account = account.capture(PaymentId(f"p{number}"), euros(minor), AT)
    return account


steps = st.lists(
    st.tuples(
        st.sampled_from(["begin", "capture", "owe", "refund", "succeed", "fail", "retry"]),
        st.integers(1, 4),
        st.integers(1, 500),
    ),
    max_size=30,
)


def take(account: Account, step: tuple[str, int, int], fresh: int) -> Account:
    """The account after that step, or as it was if the step is refused."""
    act, which, minor = step
    payment, refund = PaymentId(f"p{which}"), RefundId(f"r{which}")
    try:
        match act:
            case "begin":
                return account.begin(attempt(len(account.attempts) + 1, minor), attempts_max=4)
            case "capture":
                return account.capture(payment, euros(minor), AT)
            case "owe":
                ids = (f"o{fresh}-{n}" for n in range(9))
                return account.owe_back(euros(minor), AT, reason="test", ids=ids)
            case "refund":
                return account.request_refund(refund, payment, euros(minor), AT, "test")
            case "succeed":
                return account.refund_succeeded(refund, AT, "ref")
            case "fail":
                return account.refund_failed(refund, "why")
            case _:
                return account.refund_retried(refund)
    except BookingError:
        return account


@given(steps)
def test_captured_is_kept_refunded_or_due_back(steps: list[tuple[str, int, int]]) -> None:
    """After every step captured = kept + refunded + due back, and none of them is negative."""
    account = EMPTY_ACCOUNT
    for fresh, step in enumerate(steps):
        account = take(account, step, fresh)
        now = account.balance("EUR")
        assert now.captured == now.kept + now.refunded + now.due_back
        assert min(now.captured, now.kept, now.refunded, now.due_back) >= 0
        captured = sum(a.captured.amount_minor for a in account.attempts if a.captured)
        assert now.captured == captured


@given(steps)
def test_refunds_never_exceed_what_was_captured(steps: list[tuple[str, int, int]]) -> None:
    """Of no payment more is given or owed back than it brought."""
    account = EMPTY_ACCOUNT
    for fresh, step in enumerate(steps):
        account = take(account, step, fresh)
        for each in account.attempts:
            asked = sum(r.amount.amount_minor for r in account.refunds if r.payment_id == each.id)
            assert asked <= (each.captured.amount_minor if each.captured else 0)


def test_a_wrong_amount_waits_in_suspense() -> None:
    """What was not asked for does not count towards the price, and is not lost."""
    account = EMPTY_ACCOUNT.begin(attempt(1, 100), attempts_max=1)
    account = account.capture(PaymentId("p1"), euros(99), AT)
    assert account.earned("EUR") == euros(0)
    assert account.transfers[-1].credit is LedgerAccount.SUSPENSE
    assert account.due(euros(100)) == euros(100)


def test_newest_payments_go_back_first() -> None:
    """What is owed is taken from the last payment, then from the one before."""
    account = paid(70, 30).owe_back(euros(50), AT, reason="test", ids=("a", "b"))
    assert [(r.payment_id, r.amount.amount_minor) for r in account.refunds] == [
        ("p2", 30),
        ("p1", 20),
    ]


def test_more_than_came_cannot_be_owed() -> None:
    """An account cannot promise what it does not have."""
    with pytest.raises(Overdrawn):
        paid(70, 30).owe_back(euros(101), AT, reason="test", ids=("a", "b", "c"))


def test_attempts_are_bounded() -> None:
    """The terms say how often one may try."""
    account = paid(10, 10)
    with pytest.raises(TooManyAttempts):
        account.begin(attempt(3, 10), attempts_max=2)


def test_a_refund_in_part_and_then_in_full() -> None:
    """The payment's state tells how much of it went back."""
    account = paid(100)
    account = account.request_refund(RefundId("a"), PaymentId("p1"), euros(40), AT, "test")
    account = account.refund_succeeded(RefundId("a"), AT, "ref")
    assert account.state.value == "PARTIALLY_REFUNDED"
    account = account.request_refund(RefundId("b"), PaymentId("p1"), euros(60), AT, "test")
    account = account.refund_succeeded(RefundId("b"), AT, "ref")
    assert account.state.value == "REFUNDED"
    assert balance(account.transfers, "EUR").refunded == 100
