"""What every payment provider's gateway promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from booking_adapters.simulated.outages import Call, Outage
from booking_adapters.simulated.script import DECLINE, pay
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import BookingId, PaymentId, RefundId
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.lifecycle import PaymentState
from booking_core.ports.payment_gateway import (
    GatewayUnavailable,
    ProviderRecord,
    ProviderRefund,
    RefundRefused,
)
from tests.contract.payment_providers import (
    ACME,
    GLOBEX,
    MIDNIGHT,
    Stage,
    an_intent,
    euros,
    stage,
)

__all__ = ["stage"]  # The fixture.

P1, R1, R2 = PaymentId("p-1"), RefundId("r-1"), RefundId("r-2")


def record(stage: Stage, id: PaymentId = P1) -> ProviderRecord:
    """What the provider knows of that payment."""
    found = stage.gateway.find(ACME, id)
    assert found is not None
    return found


def test_a_session_says_where_the_customer_pays(stage: Stage) -> None:
    """The provider's own reference, and an address that differs from payment to payment."""
    one = stage.gateway.create_intent(an_intent("p-1"))
    two = stage.gateway.create_intent(an_intent("p-2"))
    assert one.provider_ref != two.provider_ref
    assert one.checkout_url is not None
    assert one.checkout_url.startswith("https://")
    assert one.checkout_url != two.checkout_url


def test_one_key_opens_one_intent(stage: Stage) -> None:
    """Asked again with (booking, attempt), the provider answers with what it has opened."""
    first = stage.gateway.create_intent(an_intent())
    assert stage.gateway.create_intent(an_intent()) == first
    assert stage.gateway.create_intent(an_intent(expires_at=None)) == first
    assert len(stage.gateway.changed_since(MIDNIGHT, limit=10)) == 1


def test_another_attempt_or_tenant_opens_another_intent(stage: Stage) -> None:
    """The key is the tenant's, and an attempt's number is part of it."""
    booking_id = BookingId("b")
    refs = {
        stage.gateway.create_intent(request).provider_ref
        for request in (
            an_intent("p-1", booking_id=booking_id),
            an_intent("p-2", booking_id=booking_id, attempt=2),
            an_intent("p-1", booking_id=booking_id, tenant_id=GLOBEX),
        )
    }
    assert len(refs) == 3


def test_a_new_payment_has_captured_nothing(stage: Stage) -> None:
    """What is found is what was opened."""
    session = stage.gateway.create_intent(an_intent())
    assert record(stage) == ProviderRecord(
        provider_ref=session.provider_ref,
        tenant_id=ACME,
        payment_id=P1,
        state=PaymentState.CREATED,
        captured=None,
        refunds=(),
        failure=None,
        changed_at=MIDNIGHT,
    )


@pytest.mark.parametrize("amount", [euros(40), euros(41), Money(4000, "JPY")], ids=str)
def test_what_was_captured_is_what_was_paid(stage: Stage, amount: Money) -> None:
    """Also when the customer paid something else than was asked for."""
    stage.paid(an_intent(), amount)
    found = record(stage)
    assert (found.state, found.captured) == (PaymentState.PAID, amount)


def test_a_failure_has_its_reason(stage: Stage) -> None:
    """A declined payment brought nothing, and says why."""
    stage.declined(an_intent())
    found = record(stage)
    assert (found.state, found.captured, found.failure) == (PaymentState.FAILED, None, "declined")


def test_nobody_finds_what_was_never_opened_or_is_anothers(stage: Stage) -> None:
    """A payment of another tenant is as unknown as one that does not exist."""
    stage.open(an_intent())
    assert stage.gateway.find(ACME, PaymentId("p-2")) is None
    assert stage.gateway.find(GLOBEX, P1) is None


def test_nobody_pays_by_what_was_cancelled(stage: Stage) -> None:
    """Neither brings the customer's money, nor the bank's refusal, any change."""
    stage.open(an_intent())
    stage.clock.advance(timedelta(seconds=1))
    cancelled = stage.gateway.cancel(ACME, P1)
    assert cancelled is not None
    assert (cancelled.state, cancelled.captured) == (PaymentState.CANCELLED, None)
    assert cancelled.changed_at == stage.clock.now()
    stage.play(an_intent(), pay())
    stage.play(an_intent(), DECLINE)
    assert record(stage) == cancelled


def test_what_was_cancelled_is_not_cancelled_again(stage: Stage) -> None:
    """Asked again, later, the provider answers with what it has done."""
    stage.open(an_intent())
    first = stage.gateway.cancel(ACME, P1)
    stage.clock.advance(timedelta(hours=1))
    assert stage.gateway.cancel(ACME, P1) == first


def test_asked_again_the_key_of_what_was_cancelled_opens_nothing(stage: Stage) -> None:
    """The same session, by which nobody can pay; another attempt is open to all."""
    session = stage.gateway.create_intent(an_intent())
    stage.gateway.cancel(ACME, P1)
    assert stage.gateway.create_intent(an_intent()) == session
    assert record(stage).state is PaymentState.CANCELLED
    stage.open(an_intent("p-2", booking_id=an_intent().booking_id, attempt=2))
    assert record(stage, PaymentId("p-2")).state is PaymentState.CREATED


def test_what_has_come_to_its_end_is_not_cancelled(stage: Stage) -> None:
    """Paid, failed, given back or on its way: the answer is what it is, and stays it."""
    stage.paid(an_intent("p-paid"))
    stage.declined(an_intent("p-failed"))
    stage.on_its_way(an_intent("p-on-its-way"))
    stage.paid(an_intent("p-back"))
    stage.gateway.refund(ACME, PaymentId("p-back"), R1, euros(40))
    for id, state in [
        ("p-paid", PaymentState.PAID),
        ("p-failed", PaymentState.FAILED),
        ("p-on-its-way", PaymentState.PROCESSING),
        ("p-back", PaymentState.REFUNDED),
    ]:
        before = record(stage, PaymentId(id))
        assert before.state is state
        assert stage.gateway.cancel(ACME, PaymentId(id)) == before
        assert record(stage, PaymentId(id)) == before


def test_money_that_was_on_its_way_comes_all_the_same(stage: Stage) -> None:
    """Cancelling did not stop it."""
    stage.on_its_way(an_intent())
    stage.gateway.cancel(ACME, P1)
    stage.play(an_intent(), pay())
    assert record(stage).captured == euros(40)


def test_nobody_cancels_what_was_never_opened_or_is_anothers(stage: Stage) -> None:
    """The provider knows nothing of it, and another tenant's payment stays open."""
    stage.open(an_intent())
    assert stage.gateway.cancel(ACME, PaymentId("p-2")) is None
    assert stage.gateway.cancel(GLOBEX, P1) is None
    assert record(stage).state is PaymentState.CREATED


def test_a_cancelled_payment_is_listed_as_changed(stage: Stage) -> None:
    """It is the last that changed, and a second time changes nothing."""
    stage.open(an_intent("p-1"))
    stage.open(an_intent("p-2"))
    stage.clock.advance(timedelta(seconds=1))
    stage.gateway.cancel(ACME, P1)
    assert changed(stage, MIDNIGHT) == ["p-2", "p-1"]
    stage.clock.advance(timedelta(seconds=1))
    stage.gateway.cancel(ACME, P1)
    assert changed(stage, stage.clock.now()) == []


def test_a_refund_gives_back_once_per_id(stage: Stage) -> None:
    """Asked again with the same id, the provider answers with the refund it has made."""
    stage.paid(an_intent())
    ref = stage.gateway.refund(ACME, P1, R1, euros(15))
    assert stage.gateway.refund(ACME, P1, R1, euros(15)) == ref
    assert record(stage).refunds == (ProviderRefund(ref=ref, amount=euros(15), refund_id=R1),)
    assert record(stage).state is PaymentState.PARTIALLY_REFUNDED


def test_refunds_of_one_payment_add_up_to_what_was_captured(stage: Stage) -> None:
    """The last cent goes back, and not one more."""
    stage.paid(an_intent())
    first = stage.gateway.refund(ACME, P1, R1, euros(15))
    with pytest.raises(RefundRefused):
        stage.gateway.refund(ACME, P1, R2, euros(26))
    second = stage.gateway.refund(ACME, P1, R2, euros(25))
    assert first != second
    assert [given.refund_id for given in record(stage).refunds] == [R1, R2]
    assert record(stage).state is PaymentState.REFUNDED
    with pytest.raises(RefundRefused):
        stage.gateway.refund(ACME, P1, RefundId("r-3"), Money(1, "EUR"))


def test_nothing_is_refunded_of_what_did_not_come(stage: Stage) -> None:
    """Not of an open payment, a failed one, an unknown one, nor in another currency."""
    stage.open(an_intent("p-open"))
    stage.declined(an_intent("p-failed"))
    stage.paid(an_intent("p-paid"))
    for id, amount in [
        ("p-open", euros(1)),
        ("p-failed", euros(1)),
        ("p-nowhere", euros(1)),
        ("p-paid", Money(100, "USD")),
    ]:
        with pytest.raises(RefundRefused):
            stage.gateway.refund(ACME, PaymentId(id), R1, amount)
    with pytest.raises(RefundRefused):
        stage.gateway.refund(GLOBEX, PaymentId("p-paid"), R1, euros(1))
    assert record(stage, PaymentId("p-paid")).refunds == ()


def test_a_refund_that_nobody_asked_for_has_no_id_of_ours(stage: Stage) -> None:
    """So reconciliation can tell it from its own, and what is left is less."""
    stage.paid(an_intent())
    stage.refunded_by_itself(an_intent(), euros(30))
    (given,) = record(stage).refunds
    assert (given.amount, given.refund_id) == (euros(30), None)
    with pytest.raises(RefundRefused):
        stage.gateway.refund(ACME, P1, R1, euros(11))


@pytest.mark.parametrize("outage", Outage)
def test_an_intent_whose_answer_was_lost_can_be_asked_for_again(
    stage: Stage, outage: Outage
) -> None:
    """Whether or not the provider has opened it, the same call then opens it once."""
    stage.expect(Call.CREATE_INTENT, outage)
    with pytest.raises(GatewayUnavailable):
        stage.gateway.create_intent(an_intent())
    known = stage.gateway.find(ACME, P1)
    assert (known is not None) == (outage is Outage.AFTER_EFFECT)
    session = stage.gateway.create_intent(an_intent())
    assert known is None or known.provider_ref == session.provider_ref
    assert len(stage.gateway.changed_since(MIDNIGHT, limit=10)) == 1


@pytest.mark.parametrize("outage", Outage)
def test_a_refund_whose_answer_was_lost_can_be_asked_for_again(
    stage: Stage, outage: Outage
) -> None:
    """Whether or not the money has gone back, the same call then gives it back once."""
    stage.paid(an_intent())
    stage.expect(Call.REFUND, outage)
    with pytest.raises(GatewayUnavailable):
        stage.gateway.refund(ACME, P1, R1, euros(40))
    assert len(record(stage).refunds) == (outage is Outage.AFTER_EFFECT)
    ref = stage.gateway.refund(ACME, P1, R1, euros(40))
    assert [given.ref for given in record(stage).refunds] == [ref]


@pytest.mark.parametrize("outage", Outage)
def test_a_cancellation_whose_answer_was_lost_can_be_asked_for_again(
    stage: Stage, outage: Outage
) -> None:
    """Whether or not it is cancelled by then, the same call then says that it is."""
    stage.open(an_intent())
    stage.expect(Call.CANCEL, outage)
    with pytest.raises(GatewayUnavailable):
        stage.gateway.cancel(ACME, P1)
    known = record(stage)
    assert (known.state is PaymentState.CANCELLED) == (outage is Outage.AFTER_EFFECT)
    cancelled = stage.gateway.cancel(ACME, P1)
    assert cancelled is not None
    assert cancelled.state is PaymentState.CANCELLED
    assert cancelled == known or outage is Outage.BEFORE_EFFECT


def test_a_payment_that_came_while_its_cancellation_was_lost_is_said_to_be_paid(
    stage: Stage,
) -> None:
    """The customer was quicker: nothing is cancelled, and the answer names the money."""
    stage.open(an_intent())
    stage.expect(Call.CANCEL, Outage.BEFORE_EFFECT)
    with pytest.raises(GatewayUnavailable):
        stage.gateway.cancel(ACME, P1)
    stage.play(an_intent(), pay())
    paid = stage.gateway.cancel(ACME, P1)
    assert paid is not None
    assert (paid.state, paid.captured) == (PaymentState.PAID, euros(40))


def test_a_refusal_that_was_lost_is_refused_again(stage: Stage) -> None:
    """An outage hides the refusal, and does not change it."""
    stage.open(an_intent())
    stage.expect(Call.REFUND, Outage.AFTER_EFFECT)
    with pytest.raises(GatewayUnavailable):
        stage.gateway.refund(ACME, P1, R1, euros(40))
    with pytest.raises(RefundRefused):
        stage.gateway.refund(ACME, P1, R1, euros(40))


@pytest.mark.parametrize("outage", Outage)
def test_questions_may_go_unanswered_too(stage: Stage, outage: Outage) -> None:
    """And are answered when they are asked again."""
    stage.paid(an_intent())
    stage.expect(Call.FIND, outage)
    stage.expect(Call.CHANGED_SINCE, outage)
    with pytest.raises(GatewayUnavailable):
        stage.gateway.find(ACME, P1)
    with pytest.raises(GatewayUnavailable):
        stage.gateway.changed_since(MIDNIGHT, limit=10)
    assert stage.gateway.changed_since(MIDNIGHT, limit=10) == (record(stage),)


def changed(stage: Stage, since: datetime, limit: int = 10, after: str | None = None) -> list[str]:
    """Name the payments in one page of what changed."""
    return [found.payment_id for found in stage.gateway.changed_since(since, limit, after)]


def test_changes_are_listed_by_their_last_change(stage: Stage) -> None:
    """Oldest first; whatever happens to a payment puts it at the end."""
    for id in ("p-1", "p-2", "p-3"):
        stage.open(an_intent(id))
    assert changed(stage, MIDNIGHT) == ["p-1", "p-2", "p-3"]
    stage.paid(an_intent("p-1"))
    assert changed(stage, MIDNIGHT) == ["p-2", "p-3", "p-1"]
    stage.clock.advance(timedelta(seconds=1))
    stage.declined(an_intent("p-2"))
    stage.clock.advance(timedelta(seconds=1))
    stage.gateway.refund(ACME, P1, R1, euros(1))
    assert changed(stage, MIDNIGHT) == ["p-3", "p-2", "p-1"]


def test_changes_are_listed_from_their_instant_on(stage: Stage) -> None:
    """What changed at that very instant is listed; what changed just before is not."""
    for id in ("p-1", "p-2", "p-3"):
        stage.open(an_intent(id))
    third = stage.clock.now()
    second = third - timedelta(seconds=1)
    assert changed(stage, second) == ["p-2", "p-3"]
    assert changed(stage, second + timedelta.resolution) == ["p-3"]
    assert changed(stage, third + timedelta.resolution) == []


def test_pages_of_changes_leave_nothing_out(stage: Stage) -> None:
    """Page by page, all are seen once, also when more changed at one instant than a page holds."""
    ids = {f"p-{number}" for number in range(7)}
    for number, id in enumerate(sorted(ids)):
        if number == 5:
            stage.clock.advance(timedelta(seconds=1))
        stage.gateway.create_intent(an_intent(id))
    seen: list[str] = []
    since, after = MIDNIGHT, None
    for _ in range(4):
        page = stage.gateway.changed_since(since, 2, after)
        assert 1 <= len(page) <= 2
        seen += [found.payment_id for found in page]
        since, after = page[-1].changed_at, page[-1].provider_ref
    assert sorted(seen) == sorted(ids)
    assert set(seen[-2:]) == {"p-5", "p-6"}
    assert stage.gateway.changed_since(since, 2, after) == ()


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_of_changes_has_a_bound(stage: Stage, limit: int) -> None:
    """Nobody asks for nothing, or for everything at once."""
    with pytest.raises(InvalidInput, match="limit"):
        stage.gateway.changed_since(MIDNIGHT, limit)


def test_instants_are_utc(stage: Stage) -> None:
    """What comes back from the provider can be compared with our own times."""
    stage.open(an_intent())
    assert record(stage).changed_at.tzinfo is UTC
