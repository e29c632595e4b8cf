"""The promises, asked of what is stored in a database."""

from __future__ import annotations

from collections.abc import Iterator

from booking_adapters.sqlalchemy.database import Database
from booking_core.ports.audit import PROMISES, Audit, Violation


class SqlAudit(Audit):
    """Being written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def promises(self) -> tuple[str, ...]:
        return PROMISES

    def violations(self, promise: str, limit: int = 100) -> Iterator[Violation]:
        yield from ()
