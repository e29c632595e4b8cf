"""Whose time it is: each moment belongs to the innermost part that is being timed."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

R = TypeVar("R")
NANOSECONDS = 1e9
REST = "the rest"


class Stopwatch:
    """`spent`: seconds by part. Nothing else runs between two starts than what is timed."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._part, self._since = REST, time.perf_counter()

    def start(self) -> None:
        """From now on, from zero."""
        self.spent.clear()
        self._part, self._since = REST, time.perf_counter()

    def stop(self) -> float:
        """Seconds since the start, all parts together."""
        self._turn(REST)
        return sum(self.spent.values())

    def timed(self, part: str, act: Callable[..., R]) -> Callable[..., R]:
        """The same act; what it takes is that part's."""

        def run(*args: Any, **named: Any) -> R:
            outer = self._turn(part)
            try:
                return act(*args, **named)
            finally:
                self._turn(outer)

        return run

    def _turn(self, part: str) -> str:
        now = time.perf_counter()
        self.spent[self._part] += now - self._since
        outer, self._part, self._since = self._part, part, now
        return outer


class Timed:
    """An object all of whose methods are one part's time."""

    def __init__(self, watch: Stopwatch, part: str, of: object) -> None:
        self._watch, self._part, self._of = watch, part, of

    def __getattr__(self, name: str) -> Any:
        return self._watch.timed(self._part, getattr(self._of, name))


def cpu_of(pid: int) -> float:
    """Seconds that the process has run: to the nanosecond, where ticks are longer than an act."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / NANOSECONDS
