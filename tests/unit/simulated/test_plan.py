"""Plans choose what becomes of a payment: by amount, in turn, or by chance that can be repeated."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from booking_adapters.simulated.outages import Call, Outage, OutagesInTurn, SeededOutages
from booking_adapters.simulated.plan import Plan, always, by_amount, in_turn, seeded, wait
from booking_adapters.simulated.script import DECLINE, PAY, WAIT, Script
from booking_core.domain.kernel.ids import PaymentId
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.lifecycle import PaymentState
from booking_core.ports.payment_gateway import ProviderRecord
from booking_core.ports.payment_webhook import Callback, Told
from tests.unit.simulated.provider import ACME, FORTY, P1, Provider, an_intent


def test_a_person_decides_unless_there_is_a_plan() -> None:
    """A payment waits until somebody acts."""
    provider = Provider()
    provider.opened()
    assert provider.next_due() is None
    assert wait(an_intent()) == WAIT


def test_all_payments_alike() -> None:
    """With one script for all, each follows it from its beginning."""
    provider = Provider(plan=always(PAY))
    for id in ("p-1", "p-2"):
        provider.opened(id)
    assert [callback.told for callback in provider.heard()] == [Told.COMPLETED] * 2


def test_a_price_may_pick_the_script() -> None:
    """As card numbers do at other providers' test accounts."""
    plan = by_amount({1300: DECLINE}, otherwise=PAY)
    assert plan(an_intent(amount=Money(1300, "EUR"))) == DECLINE
    assert plan(an_intent()) == PAY


def test_scripts_may_come_in_turn() -> None:
    """One for each new payment, and then the one for all others."""
    plan = in_turn([DECLINE, PAY])
    assert [plan(an_intent(id)) for id in ("p-1", "p-2", "p-3")] == [DECLINE, PAY, WAIT]


def test_asking_again_for_an_intent_takes_no_other_script() -> None:
    """The payment that is there goes on as it began."""
    provider = Provider(plan=in_turn([DECLINE, PAY]))
    provider.opened()
    provider.opened()
    assert [callback.told for callback in provider.heard()] == [Told.FAILED]


def story(plan: Plan, ids: list[str]) -> list[tuple[object, Callback]]:
    """All that is told of these payments, and when."""
    provider = Provider(plan=plan)
    for id in ids:
        provider.opened(id)
    told: list[tuple[object, Callback]] = []
    while (due := provider.next_due()) is not None:
        provider.manual.set(due)
        told += [(due, callback) for callback in provider.heard()]
    return told


IDS = [f"p-{number}" for number in range(400)]


def test_a_seed_repeats_its_story() -> None:
    """Whatever the order in which payments are opened; another seed tells another."""
    once = story(seeded(1), IDS[:50])
    assert once == story(seeded(1), IDS[:50])
    again = story(seeded(1), IDS[49::-1])
    assert sorted(map(str, once)) == sorted(map(str, again))
    assert once != story(seeded(2), IDS[:50])


@pytest.fixture(scope="module")
def seeded_payments() -> list[tuple[ProviderRecord, list[Told]]]:
    """400 payments by one seed: what became of each, and what was told of it."""
    provider = Provider(plan=seeded(1))
    told: dict[str, list[Told]] = {id: [] for id in IDS}
    for id in IDS:
        provider.opened(id)
    while (due := provider.next_due()) is not None:
        provider.manual.set(due)
        for callback in provider.heard():
            told[callback.payment_id].append(callback.told)
    records = [provider.find(ACME, PaymentId(id)) for id in IDS]
    return [(record, told[record.payment_id]) for record in records if record is not None]


@pytest.mark.parametrize(
    "happens",
    [
        lambda p, told: p.state is PaymentState.PAID and p.captured == FORTY,
        lambda p, told: p.captured is not None and p.captured.currency != "EUR",
        lambda p, told: p.captured is not None and 0 < p.captured.amount_minor < 4000,
        lambda p, told: p.captured is not None and p.captured.amount_minor > 4000,
        lambda p, told: p.state is PaymentState.FAILED,
        lambda p, told: p.state is PaymentState.CREATED and not told,
        lambda p, told: p.state is PaymentState.PAID and not told,
        lambda p, told: told.count(Told.COMPLETED) > 1,
        lambda p, told: (Told.COMPLETED, Told.PROCESSING) in pairwise(told),
        lambda p, told: (Told.FAILED, Told.COMPLETED) in pairwise(told),
    ],
    ids=[
        *("paid", "other currency", "too little", "too much", "failed", "never", "nothing told"),
        *("told twice", "out of order", "failed first"),
    ],
)
def test_a_seed_brings_all_that_can_go_wrong(
    seeded_payments: list[tuple[ProviderRecord, list[Told]]],
    happens: Callable[[ProviderRecord, list[Told]], bool],
) -> None:
    """Among the payments there is each kind of mischief."""
    assert any(happens(record, told) for record, told in seeded_payments)


def test_outages_come_in_turn() -> None:
    """Each call meets the outages that were expected for it, and then none."""
    outages = OutagesInTurn()
    outages.expect(Call.FIND, Outage.BEFORE_EFFECT, times=2)
    outages.expect(Call.FIND, Outage.AFTER_EFFECT)
    assert outages(Call.REFUND, P1) is None
    assert [outages(Call.FIND, P1) for _ in range(4)] == [
        Outage.BEFORE_EFFECT,
        Outage.BEFORE_EFFECT,
        Outage.AFTER_EFFECT,
        None,
    ]


def test_seeded_outages_end() -> None:
    """Even where every call fails, the third of the same kind is answered."""
    outages = SeededOutages(1, percent=100)
    met = [outages(Call.REFUND, "r-1") for _ in range(6)]
    assert [outage is None for outage in met] == [False, False, True] * 2


def test_seeded_outages_can_be_repeated() -> None:
    """Per call and id, in whatever order the ids come; both kinds are among them."""
    ids = [f"r-{number}" for number in range(100)]
    one, two = SeededOutages(1, percent=50), SeededOutages(1, percent=50)
    met = {id: one(Call.REFUND, id) for id in ids}
    assert met == {id: two(Call.REFUND, id) for id in reversed(ids)}
    assert set(met.values()) == {None, *Outage}


def test_a_script_is_a_value() -> None:
    """Two that say the same are the same."""
    assert Script(steps=PAY.steps) == PAY
