"""A booking moves by its table and in no other way."""

import pytest

from booking_core.domain.booking.late_payment import ON_PAYMENT
from booking_core.domain.booking.lifecycle import (
    BOOKING_LIFECYCLE,
    HOLDING,
    LIVE,
    BookingState,
    BookingTrigger,
)
from booking_core.domain.kernel.errors import IllegalTransition
from booking_core.domain.payment.lifecycle import (
    PAYMENT_LIFECYCLE,
    REFUND_LIFECYCLE,
    PaymentState,
    PaymentTrigger,
    RefundState,
    RefundTrigger,
)

S = BookingState
# SPEC §4, written out once more: from each state, where can it go?
WAYS = {
    S.PENDING: {S.CONFIRMED, S.PENDING, S.FAILED, S.EXPIRED, S.CANCELLED},
    S.PENDING_CONFIRMATION: {
        S.CONFIRMED,
        S.PENDING,
        S.REJECTED,
        S.EXPIRED,
        S.CANCELLED,
        S.PENDING_CONFIRMATION,
    },
    S.CONFIRMED: {S.CANCELLED, S.CONFIRMED, S.COMPLETED, S.NO_SHOW},
    S.EXPIRED: {S.CONFIRMED},
    S.FAILED: {S.CONFIRMED},
    S.CANCELLED: set(),
    S.REJECTED: set(),
    S.COMPLETED: set(),
    S.NO_SHOW: set(),
}


def test_the_table_is_the_specification_s() -> None:
    """Every way that the specification shows is there, and no other."""
    ways: dict[BookingState, set[BookingState]] = {state: set() for state in S}
    for before, after in BOOKING_LIFECYCLE.edges():
        ways[before].add(after)
    assert ways == WAYS


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("trigger", BookingTrigger)
def test_every_pair_moves_by_the_table_or_is_refused(
    state: BookingState, trigger: BookingTrigger
) -> None:
    """What the table does not show is an IllegalTransition that names both."""
    following = BOOKING_LIFECYCLE.table.get((state, trigger))
    assert BOOKING_LIFECYCLE.allows(state, trigger) == (following is not None)
    if following is not None:
        assert BOOKING_LIFECYCLE.after(state, trigger) is following
    else:
        with pytest.raises(IllegalTransition) as refused:
            BOOKING_LIFECYCLE.after(state, trigger)
        assert (refused.value.state, refused.value.trigger) == (state, trigger)


def test_claims_come_back_only_by_a_late_payment() -> None:
    """From a state without claims to one with claims there is one way: reinstate."""
    ways = {
        trigger
        for (before, trigger), after in BOOKING_LIFECYCLE.table.items()
        if before not in LIVE and after in LIVE
    }
    assert ways == {BookingTrigger.REINSTATE}


def test_a_hold_is_live() -> None:
    """Who is about to pay keeps others out."""
    assert HOLDING < LIVE


def test_a_payment_has_a_verdict_in_every_state() -> None:
    """No payment finds a booking in a state for which nobody thought of it."""
    assert set(ON_PAYMENT) == set(S)


@pytest.mark.parametrize("state", PaymentState)
@pytest.mark.parametrize("trigger", PaymentTrigger)
def test_money_that_came_cannot_fail(state: PaymentState, trigger: PaymentTrigger) -> None:
    """From a state that has money, no trigger leads to one that has none."""
    with_money = {PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED, PaymentState.REFUNDED}
    if state in with_money and PAYMENT_LIFECYCLE.allows(state, trigger):
        assert PAYMENT_LIFECYCLE.after(state, trigger) in with_money


@pytest.mark.parametrize("trigger", RefundTrigger)
def test_a_refund_that_succeeded_is_final(trigger: RefundTrigger) -> None:
    """Money that went back does not go back twice."""
    assert not REFUND_LIFECYCLE.allows(RefundState.SUCCEEDED, trigger)
