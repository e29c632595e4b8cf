"""Who waits for events on SQLite looks whether anybody has written anything, without reading."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

from booking_core.ports.doorbell import Doorbell, Listener

# A look takes 7 µs and no lock: at this pace about 1 % of a core, and 2 ms until it is noticed.
LOOK_EVERY_SECONDS = 0.004


class SqliteDoorbell(Doorbell):
    """Needs no ringing: every commit of another connection changes the database's version."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect

    def ring(self) -> None:
        """It can be seen."""

    def listen(self) -> Listener:
        return SqliteListener(self._connect)

    def close(self) -> None:
        """There is no connection."""


class SqliteListener(Listener):
    """A connection that writes nothing, so that all commits are others'."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._seen = self._version()

    def wait(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while (version := self._version()) == self._seen or version is None:
            left = until - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(left, LOOK_EVERY_SECONDS))
        self._seen = version
        return True

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _version(self) -> int | None:
        """None where it cannot be told now."""
        try:
            if self._connection is None:
                self._connection = self._connect()
                self._seen = None  # It counts anew, and who knows what was missed.
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            self.close()
            return None
        return int(version)
