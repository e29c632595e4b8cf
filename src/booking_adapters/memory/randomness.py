"""Chance that can be repeated."""

from __future__ import annotations

from random import Random

from booking_core.ports.randomness import Randomness


class SeededRandomness(Randomness):
    """The same seed gives the same numbers: for tests and simulations, never for production."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def below(self, bound: int) -> int:
        return self._random.randrange(bound)
