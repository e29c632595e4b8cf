"""The schema: how a database gets there, and whether all of it is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from booking_adapters.sqlalchemy import migrate as migration
from booking_adapters.sqlalchemy.columns import quoted
from booking_adapters.sqlalchemy.guards.rules import rules
from booking_adapters.sqlalchemy.migrate import CannotMigrate, migrate
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_adapters.sqlalchemy.tables import metadata
from booking_core.domain.booking.lifecycle import BOOKING_LIFECYCLE, BookingState
from booking_core.domain.payment.lifecycle import PAYMENT_LIFECYCLE, REFUND_LIFECYCLE
from booking_core.domain.webhook.delivery import DELIVERY_LIFECYCLE
from tests.postgresql import DatabaseFactory
from tests.storages import libpq

SQLITE_ONLY = frozenset({"booking_claim_by_unit", "booking_claim_by_end", "booking_event_unsent"})
HARM = {
    "postgresql": {
        "booking_claim_no_overlap": "ALTER TABLE booking_claim"
        " DROP CONSTRAINT booking_claim_no_overlap",
        "booking_moves_by_its_table": "ALTER TABLE booking"
        " DISABLE TRIGGER booking_moves_by_its_table",
        "booking_claim_unit_fkey": "ALTER TABLE booking_claim DISABLE TRIGGER ALL",
        "booking_state_is_known": "ALTER TABLE booking DROP CONSTRAINT booking_state_is_known",
        "booking_event_is_never_erased": "DROP TRIGGER booking_event_is_never_erased"
        " ON booking_event",
        "booking_cover": "CREATE OR REPLACE FUNCTION booking_cover() RETURNS trigger"
        " LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "booking_by_deadline": "DROP INDEX booking_by_deadline",
        "booking_receipt_pkey": "ALTER TABLE booking_receipt DROP CONSTRAINT booking_receipt_pkey",
        "booking_awaited_lagging": "DROP INDEX booking_awaited_lagging",
        "booking_reached_never_goes_back": "ALTER TABLE booking_reached"
        " DISABLE TRIGGER booking_reached_never_goes_back",
        "booking_position_never_goes_back": "ALTER TABLE booking_position"
        " DISABLE TRIGGER booking_position_never_goes_back",
        "run booking migrate": "DROP TABLE booking_alembic_version",
    },
    "sqlite": {
        "booking_claim_no_overlap": "DROP TRIGGER booking_claim_no_overlap",
        "booking_claim_by_unit": "DROP INDEX booking_claim_by_unit",
        "booking_event_unsent": "DROP INDEX booking_event_unsent",
        "booking_letter_waiting": "DROP INDEX booking_letter_waiting",
        "booking_awaited_stays_itself": "DROP TRIGGER booking_awaited_stays_itself",
        "booking_receipt_never_changes": "DROP TRIGGER booking_receipt_never_changes",
        "run booking migrate": "DROP TABLE booking_alembic_version",
    },
}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_database_factory: DatabaseFactory
) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return postgres_database_factory()


@pytest.fixture
def owner(url: str) -> Iterator[sa.Connection]:
    """Who may do anything."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


def problems(url: str) -> list[str]:
    """What the storage finds wrong with its schema."""
    storage = SqlStorage.open(url)
    try:
        return list(storage.schema_problems())
    finally:
        storage.close()


def test_a_migrated_database_has_no_problems(url: str) -> None:
    """However often it is migrated."""
    for _ in range(2):
        migrate(url)
        assert problems(url) == []


def test_an_empty_database_says_what_to_do(url: str) -> None:
    """In one sentence."""
    assert problems(url) == ["the schema is missing: run booking migrate"]


@pytest.mark.parametrize(
    ("dialect", "name"), [(dialect, name) for dialect, harms in HARM.items() for name in harms]
)
def test_harm_is_found(
    dialect: str, name: str, tmp_path: Path, postgres_database_factory: DatabaseFactory
) -> None:
    """Whatever is dropped, switched off or rewritten is named."""
    url = f"sqlite:///{tmp_path / 'a.db'}" if dialect == "sqlite" else postgres_database_factory()
    migrate(url)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as owner:
        owner.exec_driver_sql(HARM[dialect][name])
    found = problems(url)
    assert found
    assert any(name in problem for problem in found)


def test_migrating_mends_the_guards(url: str, owner: sa.Connection) -> None:
    """Triggers are made anew each time, for batch migrations on SQLite drop them silently."""
    migrate(url)
    on = "" if url.startswith("sqlite") else " ON booking_event"
    owner.exec_driver_sql(f"DROP TRIGGER booking_event_is_never_erased{on}")
    assert problems(url) != []
    migrate(url)
    assert problems(url) == []


@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_the_migrations_lead_to_the_tables(url: str, owner: sa.Connection) -> None:
    """What the steps make and what the code believes do not differ."""
    migrate(url)
    foreign = SQLITE_ONLY if owner.dialect.name == "postgresql" else frozenset()
    ours = {
        "include_name": lambda name, kind, _: kind != "table" or name in metadata.tables,
        "include_object": lambda _, name, kind, *rest: name not in foreign,
    }
    context = MigrationContext.configure(owner, opts=ours)
    assert compare_metadata(context, metadata) == []


def test_a_hosts_own_tables_are_left_alone(url: str, owner: sa.Connection) -> None:
    """The engine lives beside them, with a history of its own."""
    owner.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT)")
    owner.exec_driver_sql("CREATE TABLE guest (name TEXT)")
    migrate(url)
    tables = sa.inspect(owner).get_table_names()
    assert {"alembic_version", "guest", "booking_alembic_version", "booking"} <= set(tables)
    assert owner.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar_one() == 0


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_a_database_of_an_earlier_version_is_told_so_and_brought_up_to_date(
    url: str, revision: str
) -> None:
    """It says at which step it is; migrating takes those that are missing."""
    migrate(url)
    take_steps(url, command.downgrade, revision)
    found = problems(url)
    assert f"the schema is at {revision}, not at {migration.head()}: run booking migrate" in found
    migrate(url)
    assert problems(url) == []


def take_steps(url: str, steps: Callable[[Config, str], None], revision: str) -> sa.Engine:
    """Go up or down to that revision."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        config = migration._config()
        config.attributes["connection"] = connection
        steps(config, revision)
    return engine


def test_the_steps_can_be_taken_back(url: str) -> None:
    """What they made is gone then, and they can be taken again."""
    migrate(url)
    engine = take_steps(url, command.downgrade, "base")
    assert set(sa.inspect(engine).get_table_names()) == {"booking_alembic_version"}
    migrate(url)
    assert problems(url) == []


def test_a_failed_migration_leaves_nothing(url: str, owner: sa.Connection) -> None:
    """It is one transaction, and what the database said is told; repeating would not help."""
    owner.exec_driver_sql("CREATE TABLE booking_transfer (x INTEGER)")
    with pytest.raises(CannotMigrate, match=r"booking_transfer.* already exists"):
        migrate(url)
    assert sa.inspect(owner).get_table_names() == ["booking_transfer"]


def test_the_application_owns_nothing(
    mallory: tuple[str, str], postgres_database_factory: DatabaseFactory
) -> None:
    """Its role may read and add, change some columns, forget what is not for ever, and no more."""
    url, (app_role, _) = postgres_database_factory(), mallory
    migrate(url, app_role)
    with psycopg.connect(libpq(url)) as owner:
        owned = owner.execute(
            "SELECT count(*) FROM pg_class WHERE relowner = %s::regrole", (app_role,)
        ).fetchone()
        may = owner.execute(
            "SELECT DISTINCT privilege_type, table_name FROM information_schema.table_privileges"
            " WHERE grantee = %s AND privilege_type NOT IN ('SELECT', 'INSERT')",
            (app_role,),
        ).fetchall()
        owner.execute(f"DROP OWNED BY {app_role}")
    assert owned == (0,)
    assert sorted(may) == [
        ("DELETE", "booking_answer"),
        ("DELETE", "booking_awaited"),
        ("DELETE", "booking_holder"),
        ("DELETE", "booking_lease"),
        ("DELETE", "booking_letter"),
        ("DELETE", "booking_receipt"),
        ("DELETE", "booking_webhook"),
        ("DELETE", "booking_webhook_delivery"),
        ("DELETE", "booking_webhook_message"),
    ]


def test_the_guards_say_what_the_lifecycles_say() -> None:
    """States by CHECK and moves by trigger come from the core's own tables, all of them."""
    by_name = {rule.name: rule.breach or "" for rule in rules()}
    for table, lifecycle in (
        ("booking", BOOKING_LIFECYCLE),
        ("booking_payment", PAYMENT_LIFECYCLE),
        ("booking_refund", REFUND_LIFECYCLE),
        ("booking_webhook_delivery", DELIVERY_LIFECYCLE),
    ):
        breach = by_name[f"{table}_moves_by_its_table"]
        assert all(f"'{before}>{after}'" in breach for before, after in lifecycle.edges())
        assert breach.count(">'") + breach.count("'>") >= 1
        assert breach.count(", ") == len(lifecycle.edges()) - 1
    checks = {str(check.name): check for check in metadata.tables["booking"].constraints}
    assert quoted(BookingState) in str(checks["booking_state_is_known"].sqltext)  # type: ignore[attr-defined]


def test_no_extension_no_schema(
    mallory: tuple[str, str], postgres_database_factory: DatabaseFactory
) -> None:
    """Who may not create btree_gist is told who can, before anything is made."""
    name, password = mallory
    url = sa.make_url(postgres_database_factory()).set(username=name, password=password)
    with pytest.raises(migration.BtreeGistMissing, match="CREATE EXTENSION"):
        migrate(url.render_as_string(hide_password=False))
