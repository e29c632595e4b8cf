"""How long to leave somebody alone who is not well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_adapters.memory.randomness import SeededRandomness
from booking_core.application.messaging.back_off import BackOff
from booking_core.ports.randomness import Randomness


class Always(Randomness):
    """The same share of whatever is asked for."""

    def __init__(self, share: float) -> None:
        """From 0, the least, to 1, the most."""
        self.share = share

    def below(self, bound: int) -> int:
        """As far as that."""
        return round((bound - 1) * self.share)


@pytest.mark.parametrize(
    ("failures", "longest"), [(1, 0.1), (2, 0.2), (3, 0.4), (6, 3.2), (7, 4.0), (10**9, 4.0)]
)
def test_the_longest_doubles_up_to_a_limit(failures: int, longest: float) -> None:
    """To less than half of the ten seconds that recovery may take; the shortest is nothing."""
    assert BackOff(randomness=Always(1)).seconds(failures) == pytest.approx(longest)
    assert BackOff(randomness=Always(0.5)).seconds(failures) == pytest.approx(longest / 2)
    assert BackOff(randomness=Always(0)).seconds(failures) == 0


@given(seed=st.integers(), failures=st.integers(1, 100))
def test_it_is_never_longer(seed: int, failures: int) -> None:
    """Whatever chance says."""
    back_off = BackOff(randomness=SeededRandomness(seed), first_seconds=0.5, most_seconds=4)
    assert 0 <= back_off.seconds(failures) <= min(0.5 * 2 ** min(failures - 1, 10), 4)
