"""How SQLite goes about what is looked up for every booking and every refusal."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite

from booking_adapters.sqlalchemy import booking_repository, inbox_letters, positions, refusals
from booking_adapters.sqlalchemy.migrate import migrate
from booking_adapters.sqlalchemy.statement import Statement
from tests.adapters.sqlalchemy.test_plans import AWAITED, COUNTED, INBOX, LOOK_UPS, OUTBOX

STATEMENTS = LOOK_UPS | {
    f"versions of {table.name}": statement for table, statement in refusals._VERSIONS.items()
}
POSTGRESQL_ONLY = {
    "adding receipts",
    "going on with bookings",
    "claiming letters",
    "claiming others than early letters",
    "claiming early letters",
}
ITS_OWN = {
    "going on with bookings": positions._MOVES["sqlite"][0],
    "what is due": inbox_letters._DUE[None],
    "what is due and was not early": inbox_letters._DUE[False],
    "what is due and was early": inbox_letters._DUE[True],
    "counting an attempt": inbox_letters._COUNT,
}
SQLITE_INBOX = {
    name: statement for name, statement in INBOX.items() if name not in POSTGRESQL_ONLY
} | ITS_OWN
NAMED = sqlite.dialect(paramstyle="named")


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_nothing_reads_through_a_table(statement: Statement, tmp_path: Path) -> None:
    """Every table of bookings is searched by an index, whatever the condition on it."""
    path = tmp_path / "plans.db"
    migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.text(NAMED)}", Anything())
        steps = [step for *_, step in rows]
    assert any(step.startswith("SEARCH booking") for step in steps)
    assert not any(step.startswith("SCAN booking") for step in steps)


def test_what_outlived_its_booking_is_found_by_what_is_open(tmp_path: Path) -> None:
    """A sweeper looks every few seconds, and bookings that are over are nearly all there are."""
    path = tmp_path / "plans.db"
    migrate(f"sqlite:///{path}")
    outlived = booking_repository._OUTLIVED.text(NAMED)
    with sqlite3.connect(path) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {outlived}", {"after": "", "most": 1})
        steps = [step for *_, step in rows]
    assert any("booking_payment_open" in step for step in steps)
    assert not any(step.startswith("SCAN booking") for step in steps)


@pytest.mark.parametrize(
    ("early", "index"), [(True, "booking_letter_early"), (False, "booking_letter_not_early")]
)
def test_letters_that_came_too_early_are_passed_by_no_others(
    early: bool, index: str, tmp_path: Path
) -> None:
    """However many are due of either."""
    path = tmp_path / "plans.db"
    migrate(f"sqlite:///{path}")
    due = inbox_letters._DUE[early].text(NAMED)
    with sqlite3.connect(path) as connection:
        steps = [step for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {due}", Anything())]
    assert all(f"USING INDEX {index} " in step for step in steps)


@pytest.mark.parametrize("statement", OUTBOX.values(), ids=OUTBOX.keys())
def test_what_was_told_is_never_passed(statement: Statement, tmp_path: Path) -> None:
    """Every step takes the index that has nothing else in it, and none sorts what it found."""
    path = tmp_path / "plans.db"
    migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.text(NAMED)}", Anything())
        steps = [step for *_, step in rows]
    taken = [step for step in steps if "booking_event" in step]
    assert taken
    assert all("booking_event_unsent" in step for step in taken)
    assert not any("TEMP B-TREE" in step for step in steps)


@pytest.mark.parametrize("statement", SQLITE_INBOX.values(), ids=SQLITE_INBOX.keys())
def test_an_inbox_looks_everything_up(statement: Statement, tmp_path: Path) -> None:
    """By an index, in whose order it comes: nothing is read through or sorted."""
    path = tmp_path / "plans.db"
    migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.text(NAMED)}", Anything())
        steps = [step for *_, step in rows]
    assert any(re.search("USING (COVERING )?(INDEX|INTEGER PRIMARY KEY)", step) for step in steps)
    assert not any(re.fullmatch(r"SCAN (booking_\w+|r|p)", step) for step in steps)
    assert not any("TEMP B-TREE" in step for step in steps)


@pytest.mark.parametrize("index", COUNTED)
def test_what_a_scrape_counts_is_read_from_one_index(index: str, tmp_path: Path) -> None:
    """Covered by it, and in its order."""
    path = tmp_path / "plans.db"
    migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {COUNTED[index].text(NAMED)}", Anything())
        steps = [step for *_, step in rows]
    taken = [step for step in steps if "booking" in step]
    assert taken
    assert all(f"USING COVERING INDEX {index}" in step for step in taken)
    assert not any("TEMP B-TREE" in step for step in steps)


@pytest.mark.parametrize("name", AWAITED)
def test_what_is_awaited_is_looked_up(name: str, tmp_path: Path) -> None:
    """By the same indexes as on PostgreSQL, or by the row's own place."""
    statement, _ = AWAITED[name]
    path = tmp_path / "plans.db"
    migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.text(NAMED)}", Anything())
        steps = [step for *_, step in rows]
    assert not any(re.match(r"SCAN (booking_\w+|a|e|r)\b", step) for step in steps)


class Anything(dict[str, object]):
    """A value for every parameter: plans are made without looking at it."""

    def __missing__(self, name: str) -> object:
        return "[]" if name == "ids" else 1
