"""Money on its way back, told page by page."""

from __future__ import annotations

from booking_core.application.draft import Draft, Page
from booking_core.application.payment.facts import attempt_facts, refund_facts
from booking_core.domain.kernel.ids import PaymentId, RefundId
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.account import Account
from booking_core.domain.payment.attempt import Attempt
from booking_core.domain.payment.lifecycle import PaymentTrigger


def owe_back(page: Page, amount: Money, draft: Draft, reason: str) -> None:
    """Draft refunds of that amount of what was earned, newest first; nothing for nothing."""
    if not amount.is_zero:
        owe(page, page.account.owe_back(amount, draft.now, reason=reason, ids=draft.ids.many()))


def owe_back_of(
    page: Page, payment_id: PaymentId, draft: Draft, amount: Money, reason: str
) -> None:
    """Draft a refund of that amount of one payment; nothing for nothing."""
    if not amount.is_zero:
        refund_id = RefundId(draft.ids.one())
        owe(
            page,
            page.account.request_refund(refund_id, payment_id, amount, draft.now, reason),
        )


def owe(page: Page, account: Account) -> None:
    """Draft the account, and tell of every refund that it asks for and the page's did not."""
    for refund in account.refunds[len(page.account.refunds) :]:
        page.tell(
            "payment.refund_requested",
            refund_facts(page.booking, refund.id, refund.payment_id, refund.amount, refund.reason),
        )
    page.account = account


def cancel_open_attempts(page: Page) -> None:
    """Nobody shall pay by them any more; whoever does is refunded."""
    for attempt in page.account.attempts:
        if attempt.is_open:
            cancel_attempt(page, attempt)


def cancel_attempt(page: Page, attempt: Attempt) -> None:
    """IllegalTransition unless it is open."""
    page.account = page.account.moved(attempt.id, PaymentTrigger.CANCEL)
    page.tell("payment.cancelled", attempt_facts(page.booking, attempt))
