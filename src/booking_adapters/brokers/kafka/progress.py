"""How far a consumer has come in each partition: what may be committed, and what is in hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

Place: TypeAlias = tuple[str, int]  # A topic and a partition.


class Progress:
    """Offsets that were handed out, in order, and which of them are done with.

    Each assignment of a partition has a number: a delivery of an earlier one concerns nobody.
    """

    def __init__(self) -> None:
        self._done: dict[Place, dict[int, bool]] = {}
        self._assignment: dict[Place, int] = {}
        self._count = 0

    def begin(self, places: Iterable[Place]) -> None:
        """From now on these are read anew, from somewhere."""
        for place in places:
            self._count += 1
            self._assignment[place] = self._count
            self._done[place] = {}

    def end(self, places: Iterable[Place]) -> None:
        """They are another consumer's now."""
        for place in places:
            self._assignment.pop(place, None)
            self._done.pop(place, None)

    def number(self, place: Place) -> int | None:
        """The number of the assignment that is valid now."""
        return self._assignment.get(place)

    def expect(self, place: Place, offset: int, *, done: bool) -> None:
        """It was handed out; or passed over, which is as good as done."""
        self._done[place][offset] = done

    def finish(self, place: Place, offset: int) -> None:
        """It is accepted."""
        if offset in self._done[place]:
            self._done[place][offset] = True

    def first(self, place: Place) -> int:
        """The first offset that is not done with, of a partition that has one."""
        return next(offset for offset, done in self._done[place].items() if not done)

    def first_unfinished(self, places: Iterable[Place]) -> Mapping[Place, int]:
        """What may be committed: before it all is done. Only places that have moved."""
        moved = {}
        for place in places:
            offsets = self._done.get(place, {})
            finished = []
            for offset, done in offsets.items():
                if not done:
                    break
                finished.append(offset)
            for offset in finished:
                del offsets[offset]
            if finished:
                moved[place] = finished[-1] + 1
        return moved
