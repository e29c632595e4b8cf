"""Double entry: money moves from one account to another, so it is never made or lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from booking_core.domain.kernel.errors import BookingError, InvalidInput
from booking_core.domain.kernel.ids import PaymentId, RefundId
from booking_core.domain.kernel.money import Money


class LedgerAccount(StrEnum):
    """Per booking. What the provider of payments has of ours is where all money comes from."""

    PROVIDER = "PROVIDER"  # At the payment provider: captured, and not refunded.
    KEPT = "KEPT"  # Earned.
    SUSPENSE = "SUSPENSE"  # Came in a wrong amount or currency: kept until a person decides.
    DUE_BACK = "DUE_BACK"  # Owed to the customer.


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One journal entry: `amount` (more than zero) is debited to one account, credited to another.

    One row with two sides cannot be out of balance: the idea is TigerBeetle's transfer.
    """

    debit: LedgerAccount
    credit: LedgerAccount
    amount: Money
    at: datetime
    payment_id: PaymentId
    refund_id: RefundId | None = None

    def __post_init__(self) -> None:
        if self.amount.amount_minor <= 0 or self.debit is self.credit:
            raise InvalidInput("amount", "a positive amount between two accounts")


@dataclass(eq=False)
class Overdrawn(BookingError):
    """The account {account} holds less than {amount}"""

    code = "overdrawn"
    account: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Of one currency. Always captured = kept + refunded + due_back (kept includes suspense)."""

    captured: int = 0
    refunded: int = 0
    kept: int = 0
    due_back: int = 0


def balance(transfers: Iterable[Transfer], currency: str) -> Balance:
    """Sum what was told in that currency, in minor units."""
    captured = refunded = kept = due_back = 0
    for transfer in transfers:
        if transfer.amount.currency != currency:
            continue
        amount = transfer.amount.amount_minor
        captured += amount if transfer.debit is LedgerAccount.PROVIDER else 0
        refunded += amount if transfer.credit is LedgerAccount.PROVIDER else 0
        kept += _side(transfer, (LedgerAccount.KEPT, LedgerAccount.SUSPENSE), amount)
        due_back += _side(transfer, (LedgerAccount.DUE_BACK,), amount)
    return Balance(captured=captured, refunded=refunded, kept=kept, due_back=due_back)


def _side(transfer: Transfer, accounts: tuple[LedgerAccount, ...], amount: int) -> int:
    return amount * ((transfer.credit in accounts) - (transfer.debit in accounts))
