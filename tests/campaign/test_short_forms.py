"""The campaigns in short, on every commit; `make campaign` runs them in full."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from campaign.kill_acts import ACTS
from tests.postgresql import DatabaseFactory

REPOSITORY = Path(__file__).parents[2]
RACERS, ATTEMPTS, KILLS = 8, 2400, 24


def run(module: str, *options: str) -> dict[str, Any]:
    """What that campaign prints; a campaign that finds a fault fails."""
    done = subprocess.run(
        [sys.executable, "-m", f"campaign.{module}", *options],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.fixture
def postgresql(postgres_database_factory: DatabaseFactory) -> str:
    """The URL of an empty PostgreSQL database."""
    return postgres_database_factory()


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """The URL of an empty SQLite file."""
    return f"sqlite:///{tmp_path}/campaign.db"


@pytest.mark.timeout(300)
def test_a_race_sells_nothing_twice(postgresql: str) -> None:
    """Processes that want the same few things break no promise, and no deadlock arises."""
    report = run(
        "race",
        *("--database", postgresql),
        *("--processes", str(RACERS)),
        *("--attempts", str(ATTEMPTS)),
    )
    assert report["attempts"] == ATTEMPTS
    assert (report["violations"], report["deadlocks"]) == ([], 0)
    # A race that nobody loses, or nobody wins, has raced for nothing.
    assert report["told"]["taken"] > ATTEMPTS / 20
    assert report["told"]["created"] > ATTEMPTS / 50


@pytest.mark.timeout(300)
@pytest.mark.parametrize("storage", ["sqlite", "postgresql"])
def test_a_killed_server_leaves_one_effect(storage: str, request: pytest.FixtureRequest) -> None:
    """Killed between any two storage calls and asked again, it gives one answer, once."""
    url = request.getfixturevalue(storage)
    report = run("kill", "--database", url, "--kills", str(KILLS))
    assert report["faults"] == []
    assert sum(report["kills"].values()) == KILLS
    # At equal distances over all moments, so that no act is left out.
    assert report["kills"].keys() == {act.name for act in ACTS}
    assert min(report["kills"].values()) >= 1
