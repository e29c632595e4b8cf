"""Something that a handler writes within the inbox's transaction, on any storage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import sqlalchemy as sa

from booking_adapters.memory.storage import MemoryStorage
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.inbox import Reception
from booking_core.ports.storage import Storage
from tests.storages import Databases

Effect = tuple[str, int | None]


class Effects:
    """In memory: acts that are done with the commit."""

    def __init__(self) -> None:
        """None yet."""
        self._done: list[Effect] = []

    def handle(self, incoming: Incoming, reception: Reception) -> None:
        """Have one more, if the transaction commits."""
        effect = _effect(incoming)
        reception.connection.append(lambda: self._done.append(effect))

    def all(self) -> list[Effect]:
        """In the order of their commits; more than once if they were had more than once."""
        return list(self._done)


class SqlEffects(Effects):
    """Rows of a table that has no key, so that it refuses no copy."""

    def __init__(self, url: str, grantee: str | None) -> None:
        """Make the table, for the role that writes."""
        super().__init__()
        self._engine = sa.create_engine(url)
        mark = "%s" if url.startswith("postgresql") else "?"
        self._insert = f"INSERT INTO effects (booking, number) VALUES ({mark}, {mark})"
        serial = "bigserial" if grantee else "integer PRIMARY KEY AUTOINCREMENT"
        with self._engine.begin() as connection:
            connection.execute(
                sa.text(f"CREATE TABLE effects (id {serial}, booking text, number integer)")
            )
            if grantee:
                connection.execute(sa.text(f"GRANT INSERT ON effects TO {grantee}"))
                connection.execute(sa.text(f"GRANT USAGE ON effects_id_seq TO {grantee}"))

    def handle(self, incoming: Incoming, reception: Reception) -> None:
        """Write a row by the inbox's own connection."""
        reception.connection.execute(self._insert, _effect(incoming))

    def all(self) -> list[Effect]:
        """By their rows."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.text("SELECT booking, number FROM effects ORDER BY id"))
            return [(booking, number) for booking, number in rows]

    def close(self) -> None:
        """Drop the table: the database is used again."""
        with self._engine.begin() as connection:
            connection.execute(sa.text("DROP TABLE effects"))
        self._engine.dispose()


@contextmanager
def effects_on(storages: Databases, storage: Storage, grantee: str | None) -> Iterator[Effects]:
    """Whatever fits the storage."""
    if isinstance(storage, MemoryStorage):
        yield Effects()
        return
    with closing(SqlEffects(storages.url_of(storage), grantee)) as effects:
        yield effects


def _effect(incoming: Incoming) -> Effect:
    return str(incoming.data["name"]), incoming.sequence
