"""Ask something that may hang, and wait for it only so long."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

from booking_core.domain.kernel.errors import BookingError

T = TypeVar("T")

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.0
FRESH_SECONDS = 1.0


@dataclass(slots=True)
class Patient(Generic[T]):
    """However often and by however many it is asked, it asks once a second, one at a time."""

    ask: Callable[[], T]
    fresh_seconds: float = FRESH_SECONDS
    patience_seconds: float = PATIENCE_SECONDS
    _lock: Lock = field(default_factory=Lock)
    _asking: Event | None = None
    _answer: T | None = None
    _answered_at: float = float("-inf")

    def __call__(self) -> T | None:
        """The answer; None where it was refused or did not come in time."""
        return self.asked()()

    def asked(self) -> Callable[[], T | None]:
        """Ask, and wait when that is called: whoever asks several asks all of them at first."""
        asking = self._begin()
        until = time.monotonic() + self.patience_seconds

        def answer() -> T | None:
            if asking is None or asking.wait(max(until - time.monotonic(), 0)):
                return self._answer
            return None

        return answer

    def _begin(self) -> Event | None:
        """What is set when the answer is there; None where it is fresh still."""
        with self._lock:
            if time.monotonic() - self._answered_at <= self.fresh_seconds:
                return None
            if self._asking is None:
                self._asking = Event()
                # A daemon: whatever hangs must not keep the process from ending.
                Thread(target=self._run, args=(self._asking,), name="asking", daemon=True).start()
            return self._asking

    def _run(self, asked: Event) -> None:
        answer: T | None = None
        try:
            answer = self.ask()
        except BookingError:
            pass  # That is an answer: nobody knows.
        except Exception as fault:
            log.warning("A look at what is around failed: %s", type(fault).__name__, exc_info=fault)
        finally:
            with self._lock:
                self._answer, self._answered_at, self._asking = answer, time.monotonic(), None
            asked.set()
