"""What happens at the payment provider without us, or is not told to us."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from booking_adapters.simulated.script import LOST, PROMPT, Script, Step, pay
from booking_core.application.booking.extend_hold import ExtendHold
from booking_core.domain.kernel.ids import BookingId, PaymentId
from booking_core.ports.payment_webhook import Told
from tests.engine.making_rules import HOLD
from tests.engine.model import KEEPS_OTHERS_OUT, Payment, Stay
from tests.engine.money_rules import MoneyRules
from tests.engine.wishes import whichever
from tests.unit.application.house import euros

HOLD_LONGEST = timedelta(hours=1)


class ProviderRules(MoneyRules):
    """What was not told is found when both sides are compared."""

    def payments(self) -> list[tuple[Stay, PaymentId, Payment]]:
        return [
            (stay, PaymentId(id), payment)
            for stay in self.model.stays.values()
            for id, payment in stay.payments.items()
        ]

    def captured(self) -> list[tuple[Stay, PaymentId, Payment]]:
        return [each for each in self.payments() if each[2].captured is not None]

    def is_all_told(self) -> bool:
        return all(payment.silent is None for _, _, payment in self.payments())

    @precondition(lambda self: self.model.stays and self.is_all_told())
    @rule(which=whichever)
    def pay_in_silence(self, which: int) -> None:
        """The money is at the provider, the news of it is lost."""
        stay = self.pick(which, lambda it: it.due > 0 and it.state in KEEPS_OTHERS_OUT)
        started = self.start(stay)
        if started is not None:
            id, payment = started
            self.play(id, pay(amount=euros(payment.asked), travel=LOST))
            payment.silent = payment.asked

    @precondition(lambda self: not self.is_all_told())
    @rule()
    def reconcile(self) -> None:
        """Nothing is unknown afterwards, and the same comparison finds nothing any more."""
        self.see()
        self._mend()

    def _mend(self) -> None:
        for difference in self.do(lambda: list(self.engine.reconcile.differences())):
            self.do(difference.mend)
        for stay, _, payment in self.payments():
            if payment.sent and payment.open and not payment.processing:
                payment.processing = payment.captured is None and payment.silent is None
                self._extend(stay)
            if payment.silent is not None:
                amount, payment.silent = payment.silent, None
                self.model.capture(stay, payment, amount)

    @precondition(lambda self: self.captured())
    @rule(which=whichever, amount=st.sampled_from((300, 1000)), is_lost=st.booleans())
    def refund_at_the_provider(self, which: int, amount: int, is_lost: bool) -> None:
        """Nobody here asked for it; noted it is all the same."""
        captured = self.captured()
        _, id, payment = captured[which % len(captured)]
        is_lost = is_lost and self.is_all_told()
        step = Step(told=Told.REFUNDED, amount=euros(amount), travel=LOST if is_lost else PROMPT)
        self.play(id, Script(steps=(step,)))
        assert payment.captured is not None  # Of those it was picked.
        if amount <= payment.captured - payment.owed_back:
            payment.owed_back += amount
        if is_lost:
            self._mend()

    @precondition(lambda self: self.model.stays)
    @rule(which=whichever, minutes=st.sampled_from((0, 5)))
    def work_on_payment(self, which: int, minutes: int) -> None:
        """The customer is at the bank's page: the hold is extended, within bounds."""
        started = self.start(stay := self.pick(which, lambda it: it.state == "PENDING"))
        if started is None:
            return
        id, payment = started
        self.wait(minutes)
        self.see()
        if payment.silent is not None or payment.sent:
            return  # The provider has nothing new to tell.
        self.play(id, Script(steps=(Step(told=Told.PROCESSING),)))
        if payment.open and not payment.processing:
            payment.processing = True
            self._extend(stay)

    @precondition(lambda self: any(payment.processing for _, _, payment in self.payments()))
    @rule(which=whichever)
    def extend(self, which: int) -> None:
        """By the customer's wish, while a payment is being worked on."""
        stay = self.pick(which, lambda it: any(p.processing for p in it.payments.values()))
        before = stay.expires
        can = self._extend(stay)
        after, stay.expires = stay.expires, before
        command = ExtendHold(booking_id=BookingId(stay.id))
        if self.attempt(self.engine.extend_hold, command, stay.by, can=can) is not None:
            stay.expires = after

    def _extend(self, stay: Stay) -> bool:
        """Whether it is any longer."""
        works = any(p.open and p.processing for p in stay.payments.values())
        now = self.model.now
        if stay.state != "PENDING" or stay.is_overdue(now) or not works:
            return False
        assert stay.expires is not None  # A pending stay has an end.
        until = min(now + HOLD, stay.created + HOLD_LONGEST)
        is_longer = until > stay.expires
        stay.expires = max(until, stay.expires)
        return is_longer
