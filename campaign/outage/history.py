"""What clients were told: written down before each call and after it, whatever becomes of them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any


class Outcome(StrEnum):
    """What a client knows of a call; one that has no outcome counts as UNKNOWN."""

    ACKED = "acked"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class History:
    """One client's file: each line is with the operating system when its call returns."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._calls = 0

    def begin(self, story: str, act: str, **facts: Any) -> int:
        """A call is about to be made; its number."""
        self._calls += 1
        self._write(
            {"call": self._calls, "began": time.time(), "story": story, "act": act, **facts}
        )
        return self._calls

    def end(self, call: int, outcome: Outcome, **facts: Any) -> None:
        """What came of it."""
        self._write({"call": call, "ended": time.time(), "outcome": outcome, **facts})

    def close(self) -> None:
        """Nothing more will be written."""
        self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


def calls(path: Path) -> Iterator[dict[str, Any]]:
    """Each call of a history with its outcome, in their order."""
    made: dict[int, dict[str, Any]] = {}
    for text in path.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        made.setdefault(line["call"], {"outcome": Outcome.UNKNOWN}).update(line)
    yield from made.values()
