"""The payments consumer: has bookings paid for, gives back what is owed, closes what is over."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from booking_core.application.booking.open_booking import HoldLapsed
from booking_core.application.caller import system
from booking_core.application.payment.close_attempts import CloseAttempts
from booking_core.application.payment.settle_refunds import SettleRefunds
from booking_core.application.payment.start_payment import (
    NothingDue,
    StartPayment,
    StartPaymentHandler,
)
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.ids import BookingId
from booking_core.domain.kernel.incoming import Incoming
from booking_core.domain.payment.account import TooManyAttempts
from booking_core.ports.booking_repository import BookingRepository
from booking_core.ports.payment_gateway import GatewayUnavailable, PaymentGateway

TOPICS = (
    "booking.created",
    "booking.approved",
    "booking.expired",  # Holds expire by the thousand: their attempts are still open then.
    "payment.cancelled",
    "payment.refund_requested",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayForBookings:
    """Each act is judged by what stands now, and safe to repeat: an event is but the occasion.

    The provider knows a payment by booking and attempt, and a refund by its id, so whoever else
    asks for the same (the customer's own request, the sweeper, another worker) asks for one.
    """

    start_payment: StartPaymentHandler
    settle_refunds: SettleRefunds
    close_attempts: CloseAttempts
    bookings: BookingRepository
    gateway: PaymentGateway

    def __call__(self, incoming: Incoming) -> None:
        """Do what the event calls for; GatewayUnavailable when it has to be tried again."""
        if incoming.booking_id is None:
            return
        match incoming.type:
            case "booking.created" | "booking.approved":
                self._start(incoming, incoming.booking_id)
            case "booking.expired" | "payment.cancelled":
                self._close(incoming, incoming.booking_id)
            case "payment.refund_requested":
                self._give_back(incoming, incoming.booking_id)

    def _start(self, incoming: Incoming, booking_id: BookingId) -> None:
        booking = self.bookings.get(incoming.tenant_id, booking_id).booking
        if booking.state is not BookingState.PENDING:
            return  # It awaits its approval, or is over, or was paid meanwhile.
        by = replace(system(incoming.tenant_id), correlation_id=incoming.correlation_id)
        # Too late, or too often: then there is nothing left to do.
        with suppress(NothingDue, HoldLapsed, TooManyAttempts):
            self.start_payment(StartPayment(booking_id=booking_id), by, str(incoming.event_id))

    def _close(self, incoming: Incoming, booking_id: BookingId) -> None:
        if not self.close_attempts.of(self.bookings.get(incoming.tenant_id, booking_id)):
            raise GatewayUnavailable(self.gateway.name)

    def _give_back(self, incoming: Incoming, booking_id: BookingId) -> None:
        name = self.gateway.name
        dossier = self.bookings.get(incoming.tenant_id, booking_id)
        owed = len(dossier.account.outstanding_refunds(name))
        if self.settle_refunds.of(dossier) < owed:
            now = self.bookings.get(incoming.tenant_id, booking_id).account
            if now.outstanding_refunds(name):
                raise GatewayUnavailable(name)
