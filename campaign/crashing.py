"""Storage that kills its process at a chosen call, as a power cut would."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from booking_core.ports.storage import Storage

PORTS = ("catalogue", "occupancy", "bookings", "blocks", "idempotency", "unit_of_work", "audit")


class Fuse:
    """Counts moments: one before each storage call and one after. At `at` the process dies."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.moments = 0

    def burn(self) -> None:
        """One moment passes."""
        self.moments += 1
        if self.moments == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


class CrashingPort:
    """One port of the storage; its calls burn the fuse."""

    def __init__(self, port: object, fuse: Fuse) -> None:
        self._port, self._fuse = port, fuse

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._port, name)
        return self._burning(attribute) if callable(attribute) else attribute

    def _burning(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def burning(*args: object, **kwargs: object) -> Any:
            self._fuse.burn()
            try:
                return call(*args, **kwargs)
            finally:
                self._fuse.burn()

        return burning


class CrashingStorage:
    """The real storage behind a fuse."""

    def __init__(self, storage: Storage, fuse: Fuse) -> None:
        for name in PORTS:
            setattr(self, name, CrashingPort(getattr(storage, name), fuse))
        self.close = storage.close
