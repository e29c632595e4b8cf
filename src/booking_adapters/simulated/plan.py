"""Plans: which script a new payment follows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from random import Random
from typing import TypeAlias

from booking_adapters.simulated.script import LOST, PROMPT, WAIT, Script, Step, Travel
from booking_core.domain.kernel.money import Money
from booking_core.ports.payment_gateway import IntentRequest
from booking_core.ports.payment_webhook import Told

Plan: TypeAlias = Callable[[IntentRequest], Script]
"""Asked once for every new payment, while its provider waits: it must not call the provider."""

HOUR_S = 3600


def wait(request: IntentRequest) -> Script:
    """A person decides, at the checkout page."""
    return WAIT


def always(script: Script) -> Plan:
    """Every payment alike."""
    return lambda request: script


def by_amount(scripts: Mapping[int, Script], otherwise: Script = WAIT) -> Plan:
    """By the amount in minor units: a price picks what becomes of its payment."""
    return lambda request: scripts.get(request.amount.amount_minor, otherwise)


def in_turn(scripts: Iterable[Script], otherwise: Script = WAIT) -> Plan:
    """The first payment follows the first script, and so on."""
    queue = deque(scripts)

    def following(request: IntentRequest) -> Script:
        try:
            return queue.popleft()
        except IndexError:
            return otherwise

    return following


def seeded(seed: int) -> Plan:
    """By chance that can be repeated: seed and payment id decide, whatever else goes on.

    Two in three pay as asked; the others fail, come late, short, in another currency or never.
    Callbacks are delayed by up to an hour, doubled or lost.
    """

    def chosen(request: IntentRequest) -> Script:
        chance = Random(f"{seed}:{request.tenant_id}:{request.payment_id}")
        happening = chance.choices(list(_HAPPENINGS), weights=list(_HAPPENINGS.values()))[0]
        return Script(
            steps=tuple(happening(chance, request.amount)),
            refund_refusal="account_closed" if chance.random() < 0.05 else None,
            refund_travel=_travel(chance),
        )

    return chosen


def _travel(chance: Random) -> Travel:
    return chance.choices(
        [
            PROMPT,
            LOST,
            Travel(copies=chance.randint(2, 4)),
            Travel(delay=timedelta(seconds=chance.randrange(HOUR_S)), copies=chance.randint(1, 2)),
        ],
        weights=[6, 1, 1, 2],
    )[0]


def _soon(chance: Random) -> timedelta:
    return timedelta(seconds=chance.randrange(300))


def _pays(chance: Random, amount: Money | None) -> list[Step]:
    begun = Step(told=Told.PROCESSING, after=_soon(chance), travel=_travel(chance))
    paid = Step(
        told=Told.COMPLETED,
        after=begun.after + _soon(chance),
        amount=amount,
        travel=_travel(chance),
    )
    return [begun, paid]


def _pays_as_asked(chance: Random, asked: Money) -> list[Step]:
    return _pays(chance, None)


def _pays_late(chance: Random, asked: Money) -> list[Step]:
    after = timedelta(seconds=chance.randrange(HOUR_S, 3 * HOUR_S))
    return [Step(told=Told.COMPLETED, after=after, travel=_travel(chance))]


def _fails(chance: Random, asked: Money) -> list[Step]:
    return [Step(told=Told.FAILED, after=_soon(chance), travel=_travel(chance))]


def _fails_first(chance: Random, asked: Money) -> list[Step]:
    return [*_fails(chance, asked), *_pays_late(chance, asked)]


def _pays_other_amount(chance: Random, asked: Money) -> list[Step]:
    other = chance.randint(1, 2 * asked.amount_minor)
    return _pays(chance, Money(other + (other == asked.amount_minor), asked.currency))


def _pays_other_currency(chance: Random, asked: Money) -> list[Step]:
    return _pays(chance, Money(asked.amount_minor, "USD" if asked.currency != "USD" else "EUR"))


def _never(chance: Random, asked: Money) -> list[Step]:
    return []


_HAPPENINGS = {
    _pays_as_asked: 66,
    _fails: 8,
    _fails_first: 5,
    _pays_late: 6,
    _pays_other_amount: 5,
    _pays_other_currency: 3,
    _never: 7,
}
