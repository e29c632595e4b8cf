"""What ends this process when a piece of work takes too long."""

from __future__ import annotations

import faulthandler
from types import TracebackType


class Watchdog:
    """Enter it around the work; it says on stderr where the work hung.

    The interpreter's own watchdog is no thread of Python's: it bites also where C code holds the
    interpreter for ever. A process has but one.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __call__(self) -> Watchdog:
        return self

    def __enter__(self) -> None:
        faulthandler.dump_traceback_later(self._seconds, exit=True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        faulthandler.cancel_dump_traceback_later()
