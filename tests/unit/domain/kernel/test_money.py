"""Money is conserved by every operation on it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.money import Money

amounts = st.integers(-(10**9), 10**9).map(lambda minor: Money(minor, "EUR"))
weights = st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(any)


@given(amounts, weights)
def test_a_split_sums_to_the_whole(money: Money, weights: list[int]) -> None:
    """However it is divided, no minor unit is made or lost."""
    parts = money.split(weights)
    assert sum(part.amount_minor for part in parts) == money.amount_minor
    assert len(parts) == len(weights)


@given(amounts, weights)
def test_a_split_is_fair_to_one_minor_unit(money: Money, weights: list[int]) -> None:
    """No part is further than one minor unit from its exact share."""
    for part, weight in zip(money.split(weights), weights, strict=True):
        exact = Fraction(money.amount_minor * weight, sum(weights))
        assert abs(part.amount_minor - exact) < 1


@given(st.integers(0, 10**9), st.integers(0, 10_000))
def test_a_share_is_never_more_than_its_part(minor: int, basis_points: int) -> None:
    """What is given back rounds down, so that shares of one whole never exceed it."""
    share = Money(minor, "JPY").share(Fraction(basis_points, 10_000)).amount_minor
    assert share <= Fraction(minor * basis_points, 10_000) < share + 1


@pytest.mark.parametrize("amount", [1.0, "1", True, None, 10**15 + 1])
def test_an_amount_is_a_whole_number_of_minor_units(amount: object) -> None:
    """Floats, strings, booleans and amounts beyond bounds are refused by name."""
    with pytest.raises(InvalidInput, match="amountMinor"):
        Money(amount, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["eur", "", "EURO", "XXY", "€"])
def test_a_currency_is_one_of_iso_4217(currency: str) -> None:
    """An unknown currency is refused by name."""
    with pytest.raises(InvalidInput, match="currency"):
        Money(1, currency)


def test_currencies_do_not_mix() -> None:
    """A sum of two currencies is refused, not guessed."""
    with pytest.raises(InvalidInput, match="currency"):
        Money(1, "EUR") + Money(1, "USD")


@pytest.mark.parametrize(
    ("money", "shown"),
    [
        (Money(1205, "EUR"), "12.05 EUR"),
        (Money(-5, "EUR"), "-0.05 EUR"),
        (Money(1205, "JPY"), "1205 JPY"),
        (Money(1205, "KWD"), "1.205 KWD"),
    ],
)
def test_it_is_shown_with_its_currency_s_digits(money: Money, shown: str) -> None:
    """Yen have no cents and dinars have a thousand fils."""
    assert str(money) == shown
