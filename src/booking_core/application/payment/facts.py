"""What events tell of money: ids and amounts, never how somebody is called."""

from __future__ import annotations

from booking_core.application.booking.facts import money_facts
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.events import Json
from booking_core.domain.kernel.ids import PaymentId, RefundId
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.attempt import Attempt


def attempt_facts(booking: Booking, attempt: Attempt) -> dict[str, Json]:
    """The data of payment.completed and its kin (SPEC §5)."""
    return {
        "bookingId": booking.id,
        "customerId": booking.customer_id,
        "providerId": booking.provider_id,
        "paymentId": attempt.id,
        "attempt": attempt.number,
        "amount": money_facts(attempt.captured or attempt.amount),
        "provider": attempt.provider,
        "providerRef": attempt.provider_ref,
    }


def refund_facts(
    booking: Booking, id: RefundId, payment_id: PaymentId, amount: Money, reason: str
) -> dict[str, Json]:
    """The data of payment.refunded and its kin."""
    return {
        "bookingId": booking.id,
        "customerId": booking.customer_id,
        "providerId": booking.provider_id,
        "paymentId": payment_id,
        "refundId": id,
        "amount": money_facts(amount),
        "reason": reason,
    }
