"""Money comes, or does not, and goes back by the owner's wish."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from booking_adapters.simulated.script import DECLINE, Travel, pay
from booking_core.application.caller import Caller
from booking_core.application.payment.refund_payment import RefundPayment
from booking_core.application.payment.start_payment import StartPayment
from booking_core.domain.kernel.ids import BookingId, PaymentId
from tests.engine.making_rules import MakingRules
from tests.engine.model import KEEPS_OTHERS_OUT, Part, Payment, Stay
from tests.engine.passing_rules import PassingRules
from tests.engine.violated import Promise, must
from tests.engine.wishes import callers, parts, whichever
from tests.unit.application.house import OWNER, euros


class MoneyRules(PassingRules, MakingRules):
    """Everything that the provider tells arrives at once."""

    @rule(by=callers, wanted=parts)
    def buy(self, by: Caller, wanted: Part) -> None:
        """Hold and pay at once, as most do."""
        count = len(self.model.stays)
        self.create(by, [wanted])
        if len(self.model.stays) > count:
            self.settle(list(self.model.stays.values())[-1])

    def settle(self, stay: Stay) -> None:
        started = self.start(stay)
        assert started is not None
        id, payment = started
        self.play(id, pay(amount=euros(payment.asked)))
        self.model.capture(stay, payment, payment.asked)

    @precondition(lambda self: self.model.stays)
    @rule(
        which=whichever,
        late=st.sampled_from((0, 0, 0, 10)),
        amount=st.sampled_from((0, 0, 0, 0, 0, -100)),
        copies=st.integers(1, 2),
        repeated=st.booleans(),
    )
    def pay(self, which: int, late: int, amount: int, copies: int, repeated: bool) -> None:
        """Right or wrong, in time or late; news of it may come twice, and be paid twice."""
        stay = self.pick(which, lambda it: it.due > 0 and it.state in KEEPS_OTHERS_OUT)
        started = self.start(stay)
        if started is None:
            return
        id, payment = started
        if late:
            self.wait(late)
        if payment.silent is not None:
            return
        paid = payment.asked + amount
        self.play(id, pay(amount=euros(paid), travel=Travel(copies=copies)))
        self.model.capture(stay, payment, paid)
        if repeated:
            self.play(id, pay(amount=euros(paid)))

    @precondition(lambda self: self.model.stays)
    @rule(which=whichever)
    def begin_to_pay(self, which: int) -> None:
        """What comes of it is seen later."""
        self.start(self.pick(which))

    @precondition(lambda self: any(stay.payments for stay in self.model.stays.values()))
    @rule(which=whichever)
    def pay_what_was_begun(self, which: int) -> None:
        """Whatever has become of the booking, and of the attempt, meanwhile."""
        begun = [(s, id, p) for s in self.model.stays.values() for id, p in s.payments.items()]
        stay, id, payment = begun[which % len(begun)]
        self.see()
        if payment.silent is not None or self.is_closed(PaymentId(id)):
            return
        self.play(PaymentId(id), pay(amount=euros(payment.asked)))
        self.model.capture(stay, payment, payment.asked)

    @precondition(lambda self: self.model.stays)
    @rule(which=whichever)
    def fail(self, which: int) -> None:
        stay = self.pick(which, lambda it: it.due > 0 and it.state in KEEPS_OTHERS_OUT)
        started = self.start(stay)
        if started is None:
            return
        id, payment = started
        if payment.silent is not None:
            return
        self.play(id, DECLINE)
        payment.open = False
        if stay.state == "PENDING" and len(stay.payments) >= 3:
            stay.state, stay.expires = "FAILED", None

    @precondition(lambda self: any(stay.payments for stay in self.model.stays.values()))
    @rule(which=whichever, amount=st.sampled_from((100, 400, 1000)))
    def refund(self, which: int, amount: int) -> None:
        begun = [(id, p) for s in self.model.stays.values() for id, p in s.payments.items()]
        id, payment = begun[which % len(begun)]
        left = (payment.captured or 0) - payment.owed_back
        command = RefundPayment(payment_id=PaymentId(id), amount=euros(amount))
        if self.attempt(self.engine.refund_payment, command, OWNER, can=amount <= left) is not None:
            payment.owed_back += amount

    def start(self, stay: Stay) -> tuple[PaymentId, Payment] | None:
        """Begin to pay, or go on."""
        going = next((pair for pair in stay.payments.items() if pair[1].open), None)
        can = (
            stay.state in KEEPS_OTHERS_OUT
            and not stay.is_overdue(self.model.now)
            and stay.due > 0
            and (going is not None or len(stay.payments) < 3)
        )
        command = StartPayment(booking_id=BookingId(stay.id))
        begun = self.attempt(self.engine.start_payment, command, stay.by, can=can)
        if begun is None:
            return None
        id, payment = begun.attempt.id, going[1] if going else Payment(stay.due)
        must(
            (going is None) == (id not in stay.payments)
            and begun.attempt.amount == euros(payment.asked),
            Promise.MONEY_IS_CONSERVED,
            f"asked for {begun.attempt}, not {payment}",
        )
        stay.payments[id] = payment
        return id, payment
