"""Where ids and codes get their bits from."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking_adapters.memory.randomness import SeededRandomness
from booking_core.ports.randomness import Randomness


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bound=st.integers(1, 2**80))
def test_numbers_stay_below_the_bound(randomness: Randomness, bound: int) -> None:
    """Whole numbers from 0 up, however large the bound."""
    number = randomness.below(bound)
    assert type(number) is int
    assert 0 <= number < bound


def test_every_number_comes_up(randomness: Randomness) -> None:
    """Of four numbers none is left out of a thousand (once in 10^124 runs one is by chance)."""
    assert {randomness.below(4) for _ in range(1000)} == {0, 1, 2, 3}


def test_large_numbers_do_not_repeat(randomness: Randomness) -> None:
    """A thousand ids of 74 bits all differ."""
    assert len({randomness.below(2**74) for _ in range(1000)}) == 1000


def test_a_seed_can_be_replayed() -> None:
    """The same seed gives the same numbers, another seed others."""
    first, again, other = (SeededRandomness(seed) for seed in (7, 7, 8))
    numbers = [first.below(1000) for _ in range(50)]
    assert [again.below(1000) for _ in range(50)] == numbers
    assert [other.below(1000) for _ in range(50)] != numbers
