"""Where ids and codes get their bits from."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol


class Randomness(Protocol):
    """Contract: tests/contract/test_randomness.py."""

    @abstractmethod
    def below(self, bound: int) -> int:
        """A uniformly random integer from 0 to bound - 1; unguessable in production."""
        ...
