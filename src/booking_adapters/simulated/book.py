"""The provider's book: a small SQLite database, in memory or in a file that processes share."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from booking_adapters.simulated import agenda, payments
from booking_adapters.simulated.agenda import Agenda
from booking_adapters.simulated.payments import Payments

IN_MEMORY = ":memory:"
BUSY_SECONDS_MAX = 10.0


class Book:
    """Any number of threads and processes: one transaction at a time.

    Raises sqlite3.DatabaseError where the file cannot be opened, read, written, or is no book.
    """

    def __init__(self, path: Path | str = IN_MEMORY) -> None:
        self._lock = Lock()
        self._connection = sqlite3.connect(
            path,
            timeout=BUSY_SECONDS_MAX,
            isolation_level=None,  # Transactions are begun by hand, below.
            check_same_thread=False,  # The lock keeps threads apart.
        )
        self._connection.row_factory = sqlite3.Row
        try:
            with self._transaction():
                for statement in (payments.SCHEMA + agenda.SCHEMA).split(";"):
                    self._connection.execute(statement)
        except BaseException:
            self._connection.close()
            raise

    @contextmanager
    def turn(self) -> Iterator[tuple[Payments, Agenda]]:
        """Everything in it happens together, or, should it raise, not at all."""
        with self._transaction():
            yield Payments(self._connection), Agenda(self._connection)

    def close(self) -> None:
        """Let go of the file; a book in memory is gone."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            # Writers are kept apart from the start, so that none is refused in the middle.
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
