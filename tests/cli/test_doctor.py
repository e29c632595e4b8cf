"""doctor: what may be wrong, found before it hurts."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from booking_cli.doctor.database_checks import judge_clocks
from booking_cli.exit_codes import UNSOUND
from tests.cli.conftest import SECRET, Run, Town
from tests.cli.guests import park
from tests.postgresql import DatabaseFactory


def findings(run: Run, *, sound: bool = True) -> dict[str, tuple[str, str]]:
    """What the doctor says of each check: verdict and detail."""
    done = run("doctor", "--json")
    assert done.exit_code == (0 if sound else UNSOUND), done.output
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return {it["check"]: (it["verdict"], it["detail"]) for it in found}


@pytest.fixture
def healthy(run: Run, town: Town, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line over a town in which all is well."""
    with town():
        monkeypatch.setenv("BOOKING_ENVIRONMENT", "development")
    return run


def test_where_all_is_well_every_check_is_ok(healthy: Run) -> None:
    """No warning without a reason."""
    assert {verdict for verdict, _ in findings(healthy).values()} == {"ok"}
    assert "time zones" in healthy("doctor").stdout


@pytest.mark.parametrize(
    ("variables", "check", "verdict"),
    [
        ({"BOOKING_HTTP_PRT": "1"}, "settings", "warning"),
        ({"BOOKING_ENVIRONMENT": "production"}, "payments", "warning"),
        ({"BOOKING_ENVIRONMENT": "production"}, "tokens", "warning"),
        ({"BOOKING_SWEEP_EVERY_SECONDS": "0"}, "sweeper", "warning"),
        ({"BOOKING_SQLITE_SYNCHRONOUS": "NORMAL"}, "durability", "warning"),
        ({"BOOKING_TOKEN_SECRET": ""}, "tokens", "failure"),
        ({"BOOKING_HTTP_WORKERS": "2", "BOOKING_SIMULATED_FILE": ""}, "payments", "failure"),
        ({"BOOKING_HTTP_PORT": "x"}, "settings", "failure"),
        ({"BOOKING_DATABASE_URL": ""}, "settings", "failure"),
        ({"BOOKING_DATABASE_URL": "memory://"}, "durability", "warning"),
        ({"BOOKING_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, "database", "failure"),
        ({"BOOKING_DATABASE_URL": "sqlite:////no/such/folder/x.db"}, "database", "failure"),
    ],
)
def test_what_is_wrong_is_found(
    healthy: Run,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    check: str,
    verdict: str,
) -> None:
    """Each fault by the check that it concerns; only a failure makes the exit code."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = findings(healthy, sound=verdict != "failure")
    assert found[check][0] == verdict


def test_a_backlog_of_overdue_holds_is_found(healthy: Run, town: Town) -> None:
    """They harm nobody, but somebody forgot to sweep."""
    with town(ago=timedelta(hours=1)) as engine:
        park(engine)
    assert findings(healthy)["overdue holds"][0] == "warning"
    assert healthy("expire").exit_code == 0
    assert findings(healthy)["overdue holds"][0] == "ok"


def test_a_schema_that_is_missing_or_was_harmed_is_found(
    healthy: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Guards that somebody took away are named, and so is the way to a schema."""
    with closing(sqlite3.connect(tmp_path / "town.db")) as connection:
        connection.execute("DROP TRIGGER booking_claim_no_overlap")
    verdict, detail = findings(healthy, sound=False)["schema"]
    assert verdict == "failure"
    assert "booking_claim_no_overlap" in detail
    monkeypatch.setenv("BOOKING_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    verdict, detail = findings(healthy, sound=False)["schema"]
    assert verdict == "failure"
    assert "booking migrate" in detail


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [(0, "ok"), (0.9, "ok"), (-1, "warning"), (29, "warning"), (30, "failure"), (-3600, "failure")],
)
def test_clocks_that_disagree_are_found(seconds: float, verdict: str) -> None:
    """In either direction; what a network makes of it is no disagreement."""
    assert judge_clocks(timedelta(seconds=seconds)).verdict == verdict


def test_on_postgresql_the_clocks_are_compared(
    healthy: Run, monkeypatch: pytest.MonkeyPatch, postgres_database_factory: DatabaseFactory
) -> None:
    """The server on this very machine agrees with it; with SQLite there is but one clock."""
    assert findings(healthy)["clocks"] == ("ok", "there is but one")
    monkeypatch.setenv("BOOKING_DATABASE_URL", postgres_database_factory())
    assert healthy("migrate").exit_code == 0
    verdict, detail = findings(healthy)["clocks"]
    assert verdict == "ok"
    assert detail.startswith("the database is 0.")


def test_the_doctor_keeps_secrets(healthy: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it prints can be pasted into a ticket."""
    monkeypatch.setenv("BOOKING_DATABASE_URL", "postgresql://user:hush@127.0.0.1:1/x")
    shown = healthy("doctor").output
    assert "hush" not in shown
    assert SECRET not in shown
