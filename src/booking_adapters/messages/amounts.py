"""Amounts as other systems write them: decimals, by their digits, never by way of a float."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from booking_core.domain.kernel.currencies import EXPONENTS
from booking_core.domain.kernel.events import Json
from booking_core.domain.kernel.incoming import WrongMessage
from booking_core.domain.kernel.money import LARGEST_MINOR

_MAGNITUDE_MAX = 16  # 10^15 minor units have no more digits than that before the point.
_FRACTION_MAX = 20


def money_facts(field: str, amount: Decimal | None, currency: str | None) -> dict[str, Json]:
    """`amount` in minor units; `amountDecimal` where nobody says of which currency; or nothing.

    WrongMessage for an amount below zero, or finer than its currency.
    """
    if amount is None:
        return {}
    if not _is_sound(amount):
        raise WrongMessage(field, "an amount of money from 0 to 10^15 minor units")
    if currency is None:
        return {"amountDecimal": f"{amount:f}"}
    return {"amount": {"amountMinor": _minor(field, amount, currency), "currency": currency}}


def decimal(amount_minor: int, currency: str) -> Decimal:
    """75.00 of 7500 cents, 75 of 75 yen."""
    digits = tuple(int(digit) for digit in str(amount_minor))
    return Decimal((0, digits, -EXPONENTS[currency]))


def _is_sound(amount: Decimal) -> bool:
    """Whether it can be computed with at all: 1e999999 is nine characters long."""
    exponent = amount.as_tuple().exponent
    return (
        isinstance(exponent, int)
        and -_FRACTION_MAX <= exponent <= _MAGNITUDE_MAX
        and 0 <= amount < 10**_MAGNITUDE_MAX
    )


def _minor(field: str, amount: Decimal, currency: str) -> int:
    minor = Fraction(amount) * (10 ** EXPONENTS[currency])
    if minor.denominator != 1 or minor > LARGEST_MINOR:
        digits = EXPONENTS[currency]
        raise WrongMessage(field, f"an amount of {currency}, with at most {digits} decimals")
    return int(minor)
