"""Receipts that are awaited, in a database."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from booking_adapters.sqlalchemy.migrate import migrate
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_core.ports.awaited import Awaiting
from booking_core.ports.outbox import SHARDS
from tests.contract import builders as b
from tests.postgresql import DatabaseFactory

REFUSE = {
    "sqlite": (
        "CREATE TRIGGER refuse BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, 'not today'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RAISE ''not today''; END'",
        "CREATE TRIGGER refuse BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()",
    ),
}


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@pytest.mark.parametrize(
    ("act", "table"), [("INSERT", "booking_awaited"), ("UPDATE", "booking_event")]
)
def test_it_is_marked_and_awaited_or_neither(
    tmp_path: Path,
    postgres_database_factory: DatabaseFactory,
    dialect: str,
    act: str,
    table: str,
) -> None:
    """Whichever of the two the database refuses."""
    file = f"sqlite:///{tmp_path / 'a.db'}"
    url = file if dialect == "sqlite" else postgres_database_factory()
    migrate(url)
    with closing(SqlStorage.open(url)) as storage:
        b.furnish(storage)
        b.make(storage, b.a_hold("b", b.span(9, 10)))
        (unsent,) = storage.outbox.unsent(range(SHARDS), 10)
        with storage._database.connection() as connection:
            for statement in REFUSE[dialect]:
                connection.execute(statement.format(act=act, table=table))
        awaiting = Awaiting(positions={"one": [unsent.position]}, due_at=b.NOW)
        with pytest.raises(storage._database.driver.error, match="not today"):
            storage.outbox.mark_sent([unsent.position], b.NOW, awaiting)
        assert storage.awaited.counts() == ()
        assert storage.outbox.unsent(range(SHARDS), 10) == (unsent,)


def test_where_nobody_is_awaited_marking_is_one_statement(tmp_path: Path) -> None:
    """Nor is there a transaction around it, as before anybody was awaited."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    migrate(url)
    with closing(SqlStorage.open(url, pool_size=1)) as storage:
        b.furnish(storage)
        b.make(storage, b.a_hold("b", b.span(9, 10)))
        (unsent,) = storage.outbox.unsent(range(SHARDS), 10)
        said: list[str] = []
        with storage._database.connection() as connection:
            connection.set_trace_callback(said.append)
        for awaiting in (None, Awaiting(positions={}, due_at=b.NOW)):
            storage.outbox.mark_sent([unsent.position], b.NOW, awaiting)
        assert {statement.split()[0] for statement in said} - {"--"} == {"UPDATE"}
