"""The legal moves of one payment attempt, and of one refund."""

from __future__ import annotations

from enum import StrEnum

from booking_core.domain.kernel.lifecycle import Lifecycle


class PaymentState(StrEnum):
    """NONE is a booking's, before its first attempt; the others are an attempt's too."""

    NONE = "NONE"
    CREATED = "CREATED"
    PROCESSING = "PROCESSING"
    PAID = "PAID"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"


class PaymentTrigger(StrEnum):
    """What can happen to an attempt."""

    PROCESS = "process"
    COMPLETE = "complete"
    FAIL = "fail"
    CANCEL = "cancel"
    REFUND_PART = "refund in part"
    REFUND_ALL = "refund"


P, T = PaymentState, PaymentTrigger

PAYMENT_LIFECYCLE = Lifecycle(
    name="payment",
    table={
        (P.CREATED, T.PROCESS): P.PROCESSING,
        (P.CREATED, T.COMPLETE): P.PAID,
        (P.CREATED, T.FAIL): P.FAILED,
        (P.CREATED, T.CANCEL): P.CANCELLED,
        (P.PROCESSING, T.COMPLETE): P.PAID,
        (P.PROCESSING, T.FAIL): P.FAILED,
        (P.PROCESSING, T.CANCEL): P.CANCELLED,
        # A provider may tell of a failure first and of the money after: the money is real.
        (P.FAILED, T.COMPLETE): P.PAID,
        (P.CANCELLED, T.COMPLETE): P.PAID,
        (P.PAID, T.REFUND_PART): P.PARTIALLY_REFUNDED,
        (P.PAID, T.REFUND_ALL): P.REFUNDED,
        (P.PARTIALLY_REFUNDED, T.REFUND_PART): P.PARTIALLY_REFUNDED,
        (P.PARTIALLY_REFUNDED, T.REFUND_ALL): P.REFUNDED,
    },
)


class RefundState(StrEnum):
    """A failed refund is still owed, and may be asked for again."""

    REQUESTED = "REQUESTED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class RefundTrigger(StrEnum):
    """What the provider says to a refund, and our asking again."""

    SUCCEED = "succeed"
    FAIL = "fail"
    RETRY = "retry"


REFUND_LIFECYCLE = Lifecycle(
    name="refund",
    table={
        (RefundState.REQUESTED, RefundTrigger.SUCCEED): RefundState.SUCCEEDED,
        (RefundState.REQUESTED, RefundTrigger.FAIL): RefundState.FAILED,
        (RefundState.FAILED, RefundTrigger.RETRY): RefundState.REQUESTED,
    },
)
