"""Keys in order, found by bisection."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Any, Generic, Protocol, TypeVar


class Ordered(Protocol):
    """Whatever has a place among others of its kind."""

    def __lt__(self, other: Any, /) -> bool: ...


Key = TypeVar("Key", bound=Ordered)


class SortedIndex(Generic[Key]):
    """Each key once. Adding one shifts pointers only, so 100,000 keys are no burden."""

    __slots__ = ("_keys",)

    def __init__(self) -> None:
        self._keys: list[Key] = []

    def add(self, key: Key) -> None:
        insort(self._keys, key)

    def remove(self, key: Key) -> None:
        """Take out a key that is there."""
        del self._keys[bisect_left(self._keys, key)]

    def above(self, key: Key | None = None) -> Iterator[Key]:
        """The keys greater than that one, rising; all of them for None."""
        low = 0 if key is None else bisect_right(self._keys, key)
        return (self._keys[position] for position in range(low, len(self._keys)))

    def below(self, key: Key | None = None) -> Iterator[Key]:
        """The keys less than that one, falling; all of them for None."""
        high = len(self._keys) if key is None else bisect_left(self._keys, key)
        return (self._keys[position] for position in range(high - 1, -1, -1))
