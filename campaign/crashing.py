"""Storage that kills its process at a chosen call, as a power cut would."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from mmap import mmap
from struct import Struct
from typing import Any

from booking_core.ports.storage import Storage

PORTS = tuple(name for name, port in vars(Storage).items() if isinstance(port, property))
NEVER = 0
TRAIL_BYTES_MAX = 1 << 16
_HEAD = Struct("=II")  # The fatal moment, and how many bytes of the trail are written.


class Fuse:
    """Counts moments: one before each storage call and one after. At a chosen one it kills.

    It lies in memory that forked processes share: one sets it, another one burns it.
    """

    def __init__(self) -> None:
        self._shared = mmap(-1, _HEAD.size + TRAIL_BYTES_MAX)

    def set(self, at: int = NEVER) -> None:
        """Begin to count anew; the process that reaches that moment, from 1, dies there."""
        self._shared[: _HEAD.size] = _HEAD.pack(at, 0)

    def trail(self) -> tuple[str, ...]:
        """The names of the moments that have passed since."""
        _, length = _HEAD.unpack(self._shared[: _HEAD.size])
        written = self._shared[_HEAD.size : _HEAD.size + length].decode()
        return tuple(written.splitlines())

    def burn(self, moment: str) -> None:
        """One moment passes."""
        at, length = _HEAD.unpack(self._shared[: _HEAD.size])
        line = f"{moment}\n".encode()
        end = _HEAD.size + length + len(line)
        self._shared[_HEAD.size + length : end] = line
        self._shared[: _HEAD.size] = _HEAD.pack(at, length + len(line))
        if at == len(self.trail()):
            os.kill(os.getpid(), signal.SIGKILL)


class CrashingPort:
    """One port of the storage; its calls burn the fuse."""

    def __init__(self, port: object, name: str, fuse: Fuse) -> None:
        self._port, self._name, self._fuse = port, name, fuse

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._port, name)
        return self._burning(attribute, name) if callable(attribute) else attribute

    def _burning(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        def burning(*args: object, **kwargs: object) -> Any:
            self._fuse.burn(f"before {self._name}.{name}")
            try:
                return call(*args, **kwargs)
            finally:
                self._fuse.burn(f"after {self._name}.{name}")

        return burning


class CrashingStorage:
    """The real storage behind a fuse."""

    def __init__(self, storage: Storage, fuse: Fuse) -> None:
        for name in PORTS:
            setattr(self, name, CrashingPort(getattr(storage, name), name, fuse))
        self.close = storage.close
