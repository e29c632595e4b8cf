"""Paying for a booking, and giving money back."""

from __future__ import annotations

from litestar import Response, post
from litestar.params import FromPath, JSONBody

from booking_core.application.payment.refund_payment import RefundPayment
from booking_core.application.payment.start_payment import PaymentStarted, StartPayment
from booking_core.domain.kernel.ids import BookingId, PaymentId
from booking_http.amounts import Amount
from booking_http.bookings.making import answered
from booking_http.bookings.view import BookingView
from booking_http.call import Call
from booking_http.headers import IdempotencyKey
from booking_http.refused import refused
from booking_http.strict_body import Body, Strict, View
from booking_http.texts import Reason


class PaymentStartedView(View, frozen=True, kw_only=True):
    """An attempt to pay; `checkoutUrl` is where the customer goes."""

    payment_id: str
    booking_id: str
    number: int
    state: str
    amount: Amount
    provider: str
    checkout_url: str | None


class RefundRequest(Body, frozen=True, kw_only=True):
    """So much; without an amount, all that is left."""

    amount: Amount | None = None
    reason: Reason = "goodwill"


@post(
    "/bookings/{booking_id:str}/payments",
    operation_id="startPayment",
    summary="Begin to pay what is due",
    tags=["Payments"],
    responses=refused(404, 409),
)
async def start_payment(
    booking_id: FromPath[str], request: Call, key: IdempotencyKey = None
) -> PaymentStartedView:
    """An attempt that is still open is continued."""
    command = StartPayment(booking_id=BookingId(booking_id))
    return _view(await request.ask(request.engine.start_payment, command, request.user, key))


@post(
    "/payments/{payment_id:str}/refunds",
    operation_id="refundPayment",
    summary="Give money back",
    tags=["Payments"],
    dto=Strict[RefundRequest],
    return_dto=None,
    responses=refused(403, 404, 409, body=True),
)
async def refund_payment(
    payment_id: FromPath[str],
    request: Call,
    data: JSONBody[RefundRequest] = RefundRequest(),  # noqa: B008 - immutable
    key: IdempotencyKey = None,
) -> Response[BookingView]:
    """By the provider's own wish; the booking stays as it is."""
    command = RefundPayment(
        payment_id=PaymentId(payment_id),
        amount=None if data.amount is None else data.amount.money(),
        reason=data.reason,
    )
    outcome = await request.ask(request.engine.refund_payment, command, request.user, key)
    return answered(outcome, 201)


def _view(started: PaymentStarted) -> PaymentStartedView:
    attempt = started.attempt
    return PaymentStartedView(
        payment_id=attempt.id,
        booking_id=started.booking_id,
        number=attempt.number,
        state=attempt.state.value,
        amount=Amount.of(attempt.amount),
        provider=attempt.provider,
        checkout_url=attempt.checkout_url,
    )
