"""Whether everything that guards the promises is in its place, and switched on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sqlalchemy as sa

from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.guards import postgresql, sqlite
from booking_adapters.sqlalchemy.migrate import head
from booking_adapters.sqlalchemy.statement import Statement
from booking_adapters.sqlalchemy.tables import metadata

_OURS = "c.relnamespace = CAST(current_schema() AS regnamespace)"
_REVISIONS = "SELECT version_num FROM booking_alembic_version"

_POSTGRESQL = {
    "trigger": f"""SELECT t.tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
        WHERE {_OURS} AND t.tgenabled IN ('O', 'A') AND NOT t.tgisinternal""",
    "constraint": f"""SELECT k.conname FROM pg_constraint AS k
        JOIN pg_class AS c ON c.oid = k.conrelid WHERE {_OURS} AND k.convalidated
        AND NOT EXISTS (SELECT FROM pg_trigger AS t
          WHERE t.tgconstraint = k.oid AND t.tgenabled NOT IN ('O', 'A'))""",
    "index": f"""SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
        WHERE {_OURS} AND i.indisvalid""",
}
_FUNCTIONS = """SELECT proname, prosrc FROM pg_proc
    WHERE pronamespace = CAST(current_schema() AS regnamespace)"""
_SCHEMA = "SELECT quote_ident(current_schema())"
_EXCLUSION = f"""SELECT pg_get_constraintdef(k.oid) FROM pg_constraint AS k
    JOIN pg_class AS c ON c.oid = k.conrelid
    WHERE {_OURS} AND k.conname = 'booking_claim_no_overlap'"""
NO_OVERLAP = (
    "EXCLUDE USING gist (tenant_id WITH =, resource_key WITH =,"
    " tstzrange(starts_at, ends_at, '[)'::text) WITH &&, unit WITH =) WHERE (live)"
)
_MASTER = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"


def schema_problems(database: Database) -> Iterator[str]:
    """A sentence for everything that is not as this version makes it; none if all is well."""
    try:
        found = _ask(database, _REVISIONS)
    except database.driver.error:
        yield "the schema is missing: run booking migrate"
        return
    if found != [(head(),)]:
        standing = ", ".join(revision for (revision,) in found) or "nothing"
        yield f"the schema is at {standing}, not at {head()}: run booking migrate"
    if database.driver.dialect.name == "postgresql":
        yield from _postgresql(database)
    else:
        yield from _sqlite(database)


def _postgresql(database: Database) -> Iterator[str]:
    ddl = _ddl(database)
    due = {
        "trigger": set(postgresql.trigger_names()),
        "constraint": _names(r"CONSTRAINT (\w+)", ddl),
        "index": _names(r"CREATE (?:UNIQUE )?INDEX (\w+)", ddl),
    }
    for kind, query in _POSTGRESQL.items():
        standing = {name for (name,) in _ask(database, query)}
        for name in sorted(due[kind] - standing):
            yield f"the {kind} {name} is missing or switched off"
    if _ask(database, _EXCLUSION) not in ([], [(NO_OVERLAP,)]):
        yield "the constraint booking_claim_no_overlap says something else"
    ((schema,),) = _ask(database, _SCHEMA)
    bodies = {name: body for name, body in _ask(database, _FUNCTIONS)}  # noqa: C416 - for mypy.
    for name, body in postgresql.function_bodies(schema).items():
        if bodies.get(name) != body:
            yield f"the function {name} is missing or says something else"


def _sqlite(database: Database) -> Iterator[str]:
    standing = {(type, name): sql for type, name, sql in _ask(database, _MASTER)}
    for name, trigger in sqlite.triggers().items():
        if standing.get(("trigger", name)) != trigger:
            yield f"the trigger {name} is missing or says something else"
    ddl = _ddl(database)
    tables = "\n".join(sql for (type, _), sql in standing.items() if type == "table")
    for name in sorted(_names(r"CONSTRAINT (\w+)", ddl) - _names(r"CONSTRAINT (\w+)", tables)):
        yield f"the constraint {name} is missing"
    for name in sorted(_names(r"CREATE (?:UNIQUE )?INDEX (\w+)", ddl)):
        if ("index", name) not in standing:
            yield f"the index {name} is missing"


def _ask(database: Database, query: str) -> list[tuple[str, ...]]:
    return database.rows(Statement(sa.text(query)), {})


def _ddl(database: Database) -> str:
    """What the tables of this version are, in that database's words."""
    statements: list[str] = []
    dialect = database.driver.dialect

    def note(statement: sa.schema.ExecutableDDLElement, *args: object, **how: object) -> None:
        statements.append(str(statement.compile(dialect=dialect)))

    metadata.create_all(sa.create_mock_engine(f"{dialect.name}://", note), checkfirst=False)
    return "\n".join(statements)


def _names(pattern: str, ddl: str) -> set[str]:
    return set(re.findall(pattern, ddl))
