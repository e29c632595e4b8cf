"""Money on the wire: whole minor units and a currency, never a fraction."""

from __future__ import annotations

from typing import Annotated

import msgspec

from booking_core.domain.kernel.money import Money
from booking_http.strict_body import Body


class Amount(Body, frozen=True, kw_only=True):
    """So many minor units (cents, yen, fils) of an ISO 4217 currency."""

    amount_minor: Annotated[int, msgspec.Meta(examples=[4200])]
    currency: Annotated[str, msgspec.Meta(examples=["EUR"])]

    @classmethod
    def of(cls, money: Money) -> Amount:
        """What is shown of it."""
        return cls(amount_minor=money.amount_minor, currency=money.currency)

    def money(self) -> Money:
        """What it means, or InvalidInput."""
        return Money(self.amount_minor, self.currency)


def shown(money: Money | None) -> Amount | None:
    """The amount, where there is one."""
    return None if money is None else Amount.of(money)
