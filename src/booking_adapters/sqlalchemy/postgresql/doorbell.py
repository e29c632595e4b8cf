"""Who waits for events on PostgreSQL is notified: by a thread, never by the commit itself.

NOTIFY takes a lock of the whole database while it commits. In a booking's transaction all bookings
would queue for it; in one of its own nobody waits but other rings, and it writes nothing to disk.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

import psycopg

from booking_core.ports.doorbell import Doorbell, Listener

CHANNEL = "booking_events"
RING = f"NOTIFY {CHANNEL}".encode()
RINGS_APART_SECONDS = 0.01
MENDED_AFTER_SECONDS = 1.0  # Not before: a database that is away is not stormed.
LAST_RING_SECONDS = 1.0

Connect = Callable[[], psycopg.Connection[Any]]

_logger = logging.getLogger(__name__)


class PostgresDoorbell(Doorbell):
    """Rings by a thread and a connection of its own, both made when it first rings."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._making = Lock()
        self._ringer: Ringer | None = None

    def ring(self) -> None:
        ringer = self._ringer
        if ringer is None or ringer.process != os.getpid():  # A fork takes no threads along.
            ringer = self._make()
        if ringer is not None:
            ringer.ring()

    def listen(self) -> Listener:
        return PostgresListener(self._connect)

    def close(self) -> None:
        """Ring once more, if it is due."""
        ringer, self._ringer = self._ringer, None
        if ringer is not None and ringer.process == os.getpid():
            ringer.stop()

    def _make(self) -> Ringer | None:
        """None where another thread makes it at this moment, and rings for both."""
        if not self._making.acquire(blocking=False):
            return None
        try:
            if self._ringer is None or self._ringer.process != os.getpid():
                self._ringer = Ringer(self._connect)
            return self._ringer
        except RuntimeError:  # No thread can be had any more: whoever listens looks anyway.
            return None
        finally:
            self._making.release()


class Ringer:
    """A thread that notifies: at once, then at most every so often, once for all meanwhile."""

    def __init__(self, connect: Connect) -> None:
        self.process = os.getpid()
        self._connect = connect
        self._connection: psycopg.Connection[Any] | None = None
        self._is_due = False
        self._orders: SimpleQueue[bool] = SimpleQueue()
        self._thread = Thread(target=self._run, name="doorbell", daemon=True)
        self._thread.start()

    def ring(self) -> None:
        """Soon."""
        if not self._is_due:
            self._is_due = True
            self._orders.put(True)

    def stop(self) -> None:
        """After a last ring, if one is due."""
        self._orders.put(False)
        self._thread.join(LAST_RING_SECONDS)

    def _run(self) -> None:
        while self._orders.get():
            self._is_due = False  # Whatever is committed from here on is worth another ring.
            time.sleep(RINGS_APART_SECONDS if self._notified() else MENDED_AFTER_SECONDS)
        self._drop()

    def _notified(self) -> bool:
        for is_last in (False, True):  # It may have been idle when the server was restarted.
            try:
                if self._connection is None:
                    self._connection = self._connect()
                _say(self._connection, RING)
            except psycopg.Error as error:
                self._drop()
                if is_last:
                    _logger.warning("nobody can be told that there are events: %s", error)
            else:
                return True
        return False

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class PostgresListener(Listener):
    """A connection that only listens."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._connection: psycopg.Connection[Any] | None = None
        self._mend_at = 0.0
        self._mended()

    def wait(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        if self._connection is None and time.monotonic() >= self._mend_at and self._mended():
            return True  # Who knows what was missed.
        try:
            if self._connection is not None:
                rang = _rings(self._connection, seconds)
                while rang and _rings(self._connection, 0):
                    pass  # What has come already is heard, too.
                return rang
        except psycopg.Error as error:
            _logger.warning("the doorbell's connection is gone: %s", error)
            self.close()
        time.sleep(max(0.0, until - time.monotonic()))
        return False

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _mended(self) -> bool:
        self._mend_at = time.monotonic() + MENDED_AFTER_SECONDS
        connection = None
        try:
            connection = self._connect()
            connection.execute(f"LISTEN {CHANNEL}")
        except psycopg.Error as error:
            _logger.warning("the doorbell cannot be heard: %s", error)
            if connection is not None:
                connection.close()
            return False
        self._connection = connection
        return True


def _say(connection: psycopg.Connection[Any], command: bytes) -> None:
    """By libpq itself: through a cursor it takes this process four times as long."""
    result = connection.pgconn.exec_(command)
    if result.status != psycopg.pq.ExecStatus.COMMAND_OK:
        raise psycopg.OperationalError(result.get_error_message())


def _rings(connection: psycopg.Connection[Any], seconds: float) -> bool:
    return bool(list(connection.notifies(timeout=seconds, stop_after=1)))
