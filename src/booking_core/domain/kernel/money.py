"""Money: an integer number of minor units of one ISO 4217 currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from booking_core.domain.kernel.currencies import EXPONENTS
from booking_core.domain.kernel.errors import InvalidInput

LARGEST_MINOR = 10**15  # Fits every integer column and every JSON reader's exact range.


@dataclass(frozen=True, slots=True)
class Money:
    """`amount_minor` cents (or yen, or fils) of `currency`; negative only in postings.

    Raises InvalidInput for a currency that ISO 4217 does not list, or an amount that is no integer.
    """

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int or abs(self.amount_minor) > LARGEST_MINOR:
            raise InvalidInput("amountMinor", "a whole number of minor units, at most 10^15")
        if self.currency not in EXPONENTS:
            raise InvalidInput("currency", "an ISO 4217 currency code such as EUR")

    def __add__(self, other: Money) -> Money:
        return Money(self.amount_minor + self._same(other).amount_minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount_minor - self._same(other).amount_minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)

    def times(self, count: int) -> Money:
        return Money(self.amount_minor * count, self.currency)

    def share(self, part: Fraction) -> Money:
        """That part of it, rounded down to a whole minor unit: the rest stays with the payee."""
        return Money(self.amount_minor * part.numerator // part.denominator, self.currency)

    def split(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Divide it by weights so that the parts sum to the whole (largest remainder)."""
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise InvalidInput("weights", "non-negative weights with a positive sum")
        floors = [self.amount_minor * weight // total for weight in weights]
        remainders = [self.amount_minor * weight % total for weight in weights]
        left = self.amount_minor - sum(floors)
        largest_first = sorted(range(len(weights)), key=lambda i: (-remainders[i], i))
        for index in largest_first[:left]:
            floors[index] += 1
        return tuple(Money(amount, self.currency) for amount in floors)

    @property
    def is_zero(self) -> bool:
        return self.amount_minor == 0

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise InvalidInput("currency", f"{self.currency}, not {other.currency}")
        return other

    def __str__(self) -> str:
        exponent = EXPONENTS[self.currency]
        whole, part = divmod(abs(self.amount_minor), 10**exponent)
        sign = "-" if self.amount_minor < 0 else ""
        digits = f"{whole}.{part:0{exponent}d}" if exponent else str(whole)
        return f"{sign}{digits} {self.currency}"


def positive(field: str, money: Money) -> Money:
    """The money itself, or InvalidInput if it is not more than nothing."""
    if money.amount_minor <= 0:
        raise InvalidInput(field, "an amount greater than zero")
    return money
