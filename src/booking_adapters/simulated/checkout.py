"""The checkout page: where a person decides what becomes of a simulated payment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import quote, urlencode

from booking_adapters.simulated.checkout_page import CONTENT_SECURITY_POLICY, View, rendered
from booking_adapters.simulated.payment import Payment
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.simulated.script import DECLINE, LOST, WAIT, ZERO, Script, Step, Travel, pay
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import PaymentId
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.lifecycle import PAYMENT_LIFECYCLE, PaymentState, PaymentTrigger
from booking_core.ports.payment_webhook import Told

TOO_LATE_BY = timedelta(seconds=30)
WITHOUT_A_HOLD = timedelta(minutes=10)  # When no hold says what would be late.


class Choice(StrEnum):
    """The values of the form's field `choice`."""

    PAY = "pay"
    DECLINE = "decline"
    PAY_LATE = "pay-late"
    PAY_WRONG_AMOUNT = "pay-wrong-amount"
    PAY_TWICE = "pay-twice"
    CLOSE = "close"


class Checkout:
    """Shows a payment of the provider's, and plays to it what was chosen.

    Each method raises NotFound for a payment that the token does not open.
    """

    HEADERS: Mapping[str, str] = MappingProxyType(
        {
            "content-type": "text/html; charset=utf-8",
            "content-security-policy": CONTENT_SECURITY_POLICY,
            "cache-control": "no-store",
            "referrer-policy": "same-origin",  # The address holds the token.
            "x-content-type-options": "nosniff",
        }
    )

    def __init__(self, provider: SimulatedGateway) -> None:
        self._provider = provider

    def page(self, payment_id: PaymentId, token: str, done: str | None = None) -> str:
        """The page as HTML; `done` is the query's parameter, from the path that `decide` gave."""
        payment, changes_at = self._provider.payment(payment_id, token)
        if payment.state is PaymentState.CANCELLED:
            changes_at = None  # Whatever was to come cannot come any more.
        return rendered(
            View(
                payment=payment,
                now=self._provider.clock.now(),
                changes_at=changes_at,
                may_decide=_is_open(payment) and changes_at is None,
                done=done,
            )
        )

    def decide(self, payment_id: PaymentId, token: str, choice: str) -> str:
        """Play that choice; the path of the page that shows what came of it, for a redirect.

        Raises InvalidInput for a choice that there is not. A payment that is decided stays so.
        """
        if choice not in list(Choice):
            raise InvalidInput("choice", f"one of {', '.join(Choice)}")
        payment, changes_at = self._provider.payment(payment_id, token)
        if _is_open(payment) and changes_at is None:
            script = self._script(Choice(choice), payment)
            self._provider.play(payment.asked.tenant_id, payment_id, script)
        return self.path(payment_id, token, done=choice)

    def path(self, payment_id: PaymentId, token: str, done: str | None = None) -> str:
        """Where the page is, below the public address."""
        query = {"token": token} | ({} if done is None else {"done": done})
        return f"/checkout/{quote(payment_id, safe='')}?{urlencode(query)}"

    def _script(self, choice: Choice, payment: Payment) -> Script:
        match choice:
            case Choice.PAY:
                begun = Step(told=Told.PROCESSING)
                return Script(steps=(begun, *pay().steps))
            case Choice.DECLINE:
                return DECLINE
            case Choice.PAY_LATE:
                # It leaves the bank at once, or it would be cancelled with the hold.
                left = Step(told=Told.PROCESSING, travel=LOST)
                late = pay(after=self._left_of_the_hold(payment) + TOO_LATE_BY)
                return Script(steps=(left, *late.steps))
            case Choice.PAY_WRONG_AMOUNT:
                return pay(amount=_wrong(payment.asked.amount))
            case Choice.PAY_TWICE:
                return pay(travel=Travel(copies=2))
            case Choice.CLOSE:
                return WAIT

    def _left_of_the_hold(self, payment: Payment) -> timedelta:
        expires_at = payment.asked.expires_at
        if expires_at is None:
            return WITHOUT_A_HOLD
        return max(expires_at - self._provider.clock.now(), ZERO)


def _is_open(payment: Payment) -> bool:
    return PAYMENT_LIFECYCLE.allows(payment.state, PaymentTrigger.FAIL)


def _wrong(asked: Money) -> Money:
    """Half of it; of a single cent, two."""
    return Money(asked.amount_minor // 2 or 2, asked.currency)
