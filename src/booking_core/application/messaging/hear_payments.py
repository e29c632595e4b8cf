"""The consumer of another payment service's messages, in whatever dialect they came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from booking_core.application.caller import system
from booking_core.application.payment.hear_payment import HearPayment, HearPaymentHandler
from booking_core.domain.kernel.currencies import EXPONENTS
from booking_core.domain.kernel.events import Json
from booking_core.domain.kernel.ids import BookingId
from booking_core.domain.kernel.incoming import Incoming, WrongMessage
from booking_core.domain.kernel.money import Money
from booking_core.ports.booking_repository import BookingRepository
from booking_core.ports.payment_webhook import Told

TOLD = {told.value: told for told in Told}


@dataclass(frozen=True, slots=True, kw_only=True)
class HearPayments:
    """`service` is the name under which its payments are kept; other messages are passed over."""

    service: str
    hear_payment: HearPaymentHandler
    bookings: BookingRepository

    def __call__(self, incoming: Incoming) -> None:
        """Let the booking meet its payment.

        Raises NotFound for a booking that is not ours, and WrongMessage for an amount that cannot
        be this booking's.
        """
        told = TOLD.get(incoming.type)
        if told is None or incoming.booking_id is None:
            return
        data = incoming.data
        ref = _text(data, "paymentId") or _text(data, "providerRef")
        refund = _text(data, "refundId") or _text(data, "providerRef") or str(incoming.event_id)
        command = HearPayment(
            service=self.service,
            told=told,
            booking_id=incoming.booking_id,
            ref=ref,
            amount=self._amount(incoming, incoming.booking_id),
            reason=_text(data, "reason") or "payment_failed",
            refund_ref=refund if told is Told.REFUNDED else None,
        )
        by = replace(system(incoming.tenant_id), correlation_id=incoming.correlation_id)
        self.hear_payment(command, by)

    def _amount(self, incoming: Incoming, booking_id: BookingId) -> Money | None:
        """What it tells of; an amount without a currency is in the booking's."""
        amount = incoming.data.get("amount")
        if isinstance(amount, Mapping):
            minor, currency = amount["amountMinor"], amount["currency"]
            assert isinstance(minor, int) and isinstance(currency, str)  # The codec sees to it.
            return Money(minor, currency)
        digits = _text(incoming.data, "amountDecimal")
        if digits is None:
            return None
        price = self.bookings.get(incoming.tenant_id, booking_id).booking.price
        if price is None:
            raise WrongMessage("currency", "given: the booking has no price to tell it by")
        minor_units = Fraction(digits) * 10 ** EXPONENTS[price.currency]
        if minor_units.denominator != 1:
            raise WrongMessage("amount", f"an amount of {price.currency}")
        return Money(int(minor_units), price.currency)


def _text(data: Mapping[str, Json], name: str) -> str | None:
    value = data.get(name)
    return value if isinstance(value, str) and value else None
