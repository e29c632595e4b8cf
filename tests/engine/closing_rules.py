"""What nobody shall pay for is closed at the provider, whose answers may be lost."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from booking_adapters.simulated.outages import Outage
from booking_adapters.simulated.script import LOST, Script, Step
from booking_core.application.booking.cancel_booking import CancelBooking
from booking_core.application.operations.reconcile import Repair
from booking_core.domain.kernel.ids import DEFAULT_TENANT, BookingId
from booking_core.ports.payment_webhook import Told
from tests.engine.model import KEEPS_OTHERS_OUT
from tests.engine.provider_rules import ProviderRules
from tests.engine.violated import Promise, must
from tests.engine.wishes import whichever
from tests.unit.application.house import OWNER

lost = st.sampled_from((None, *Outage))


class ClosingRules(ProviderRules):
    """What the engine finds out by closing, the model learns by seeing."""

    @precondition(lambda self: self.model.stays)
    @rule(which=whichever)
    def send(self, which: int) -> None:
        """The money leaves the bank: nobody is told, and nobody can stop it."""
        stay = self.pick(which, lambda it: it.due > 0 and it.state in KEEPS_OTHERS_OUT)
        started = self.start(stay)
        if started is None or started[1].silent is not None:
            return
        id, payment = started
        self.play(id, Script(steps=(Step(told=Told.PROCESSING, travel=LOST),)))
        payment.sent = True

    @precondition(lambda self: any(stay.payments for stay in self.model.stays.values()))
    @rule(which=whichever, lost=lost)
    def cancel_while_paying(self, which: int, lost: Outage | None) -> None:
        """The provider is asked right after the commit, and may not answer."""
        stay = self.pick(which, lambda it: any(p.open for p in it.payments.values()))
        command = CancelBooking(booking_id=BookingId(stay.id))
        self.lossy.next = lost
        done = self.attempt(self.engine.cancel_booking, command, OWNER, can=stay.may("cancel"))
        self.lossy.next = None
        if done is not None:
            stay.owe(stay.earned)
            stay.void_open_payment()
            stay.move("cancel")

    @precondition(lambda self: self.model.stays)
    @rule(which=whichever, lost=lost, times=st.integers(1, 2))
    def close(self, which: int, lost: Outage | None, times: int) -> None:
        """As consumers do who hear that it is over; asked again, the provider answers."""
        stay = self.pick(which, lambda it: it.state not in KEEPS_OTHERS_OUT)
        for number in range(times):
            dossier = self.house.storage.bookings.get(DEFAULT_TENANT, BookingId(stay.id))
            self.lossy.next = lost if number == 0 else None
            self.do(self.engine.close_attempts.of, dossier)
            is_answered, self.lossy.next = self.lossy.next is lost, None
            if is_answered or number:
                must(not self.payable_for_nothing([stay]), Promise.NOBODY_PAYS_FOR_NOTHING, stay)

    @precondition(lambda self: self.payable_for_nothing(self.model.stays.values()))
    @rule()
    def reconcile_what_is_open(self) -> None:
        """It is found open on either side, and closed on both; a second look finds nothing."""
        self.see()
        for _ in range(2):  # What was paid in silence may have superseded something.
            self._mend()
            self.see()
        for difference in self.do(lambda: list(self.engine.reconcile.differences())):
            must(
                difference.repair is not Repair.CLOSE_PAYMENT,
                Promise.NOBODY_PAYS_FOR_NOTHING,
                difference,
            )
        ajar = self.payable_for_nothing(self.model.stays.values())
        must(not ajar, Promise.NOBODY_PAYS_FOR_NOTHING, ajar)
