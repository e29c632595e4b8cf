"""Real bookings, replayed through the public API on every storage."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hotel_replay
from booking_cli.exit_codes import EXIT_CODES
from booking_core.domain.kernel.errors import Kind
from hotel.stay import Ending, read_stays
from tests.examples.stays import written
from tests.postgresql import DatabaseFactory

ROOT = Path(__file__).resolve().parents[2]
FIRST_500 = Path(__file__).parent / "data" / "resort_hotel_first_500.csv.gz"
# Counted from the file by a program of its own: rooms sold for one night when most are.
ROOMS_FIRST_500 = {"A": 61, "C": 7, "D": 39, "E": 26, "F": 9, "G": 7, "H": 5, "L": 1}

WHOLE = ROOT.parent / "shared" / "data" / "resort_hotel_bookings.csv.gz"
ROOMS_WHOLE = {"A": 134, "C": 9, "D": 42, "E": 27, "F": 9, "G": 8, "H": 5, "L": 1}
needs_the_whole_file = pytest.mark.skipif(
    not WHOLE.exists(), reason="the whole file is not part of the repository"
)

Replay = Callable[..., dict[str, Any]]


@pytest.fixture
def replay(capsys: pytest.CaptureFixture[str]) -> Replay:
    """Run the example, and answer what it prints as JSON."""

    def run(file: Path, *options: str) -> dict[str, Any]:
        assert hotel_replay.main([str(file), "--json", *options]) == 0
        report: dict[str, Any] = json.loads(capsys.readouterr().out)
        return report

    return run


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    match request.param:
        case "sqlite":
            return f"sqlite:///{tmp_path / 'hotel.sqlite3'}"
        case "postgresql":
            create: DatabaseFactory = request.getfixturevalue("postgres_database_factory")
            return create()
        case memory:
            return str(memory)


def kept_minor(file: Path) -> int:
    """What those who came, and those who did not show up, have paid: cents × nights."""
    stays = [stay for stay in read_stays(file) if stay.ending is not Ending.CANCELLED]
    return sum(stay.rate_minor * stay.nights for stay in stays)


@pytest.mark.timeout(300)
def test_nobody_is_refused_with_the_fewest_rooms(replay: Replay, database: str) -> None:
    """With as many rooms as are sold at once everybody gets one, and every promise holds."""
    report = replay(FIRST_500, "--database", database)
    assert report.pop("rearranged") > 0
    assert report == {
        "created": 493,
        "refused": 0,
        "completed": 391,
        "cancelled": 97,
        "no_show": 5,
        "violations": 0,
        "revenue_minor": kept_minor(FIRST_500),
        "rooms": ROOMS_FIRST_500,
        "refused_by_type": {},
    }


def test_first_fit_refuses_what_rearranging_takes(replay: Replay) -> None:
    """As many as an independent count of first fit says."""
    report = replay(FIRST_500, "--first-fit")
    assert report["refused_by_type"] == {"A": 6, "E": 1, "F": 1}
    assert (report["refused"], report["created"]) == (8, 485)
    assert (report["rearranged"], report["violations"]) == (0, 0)


def test_one_room_fewer_of_any_type_refuses_somebody(replay: Replay) -> None:
    """So what it finds by itself is really the smallest number of rooms."""
    fewer = {kind: count - 1 for kind, count in ROOMS_FIRST_500.items() if count > 1}
    report = replay(FIRST_500, "--rooms", ",".join(f"{k}={n}" for k, n in fewer.items()))
    assert report["rooms"] == ROOMS_FIRST_500 | fewer
    assert set(report["refused_by_type"]) == set(fewer)
    assert report["violations"] == 0


def test_a_type_that_is_not_told_gets_the_fewest_rooms(replay: Replay) -> None:
    """So that one type can be tried without counting the others."""
    report = replay(FIRST_500, "--rooms", "A=60")
    assert report["rooms"] == ROOMS_FIRST_500 | {"A": 60}
    assert list(report["refused_by_type"]) == ["A"]


def test_one_database_takes_several_replays(replay: Replay, tmp_path: Path) -> None:
    """Each is a tenant of its own, and counts only its own bookings."""
    file = written(tmp_path / "two.csv.gz", {}, {})
    database = f"sqlite:///{tmp_path / 'hotel.sqlite3'}"
    first = replay(file, "--database", database)
    assert first == replay(file, "--database", database)
    assert (first["created"], first["rooms"], first["revenue_minor"]) == (2, {"A": 2}, 45300)


def test_a_stay_that_the_rules_refuse_is_counted_by_its_type(
    replay: Replay, tmp_path: Path
) -> None:
    """Refused is refused, for whatever reason; its room is not needed by anybody else."""
    for_years = {"stays_in_week_nights": "500", "reserved_room_type": "B"}
    report = replay(written(tmp_path / "two.csv.gz", for_years, {}))
    assert (report["created"], report["refused_by_type"]) == (1, {"B": 1})


def test_people_see_progress_and_a_table() -> None:
    """Progress goes to standard error, so that the report can be piped."""
    command = [sys.executable, "examples/hotel_replay.py", str(FIRST_500), "--first-fit"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "replaying" in done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["refused", "8"] in lines
    assert ["type", "A", "6", "(taken)"] in lines
    assert lines[-1][-2:] == ["0", "violations"]


def test_a_bad_file_is_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With an exit code of its own, before anything is booked."""
    assert hotel_replay.main([str(written(tmp_path / "bad.csv.gz", {"adr": "?"}))]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "line 2: adr is '?', not a number\n")


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("nonsense", Kind.INVALID),
        ("mysql://nobody:hush@127.0.0.1/none", Kind.INVALID),
        ("sqlite://", Kind.INVALID),
        ("postgresql://nobody:hush@127.0.0.1:none/none", Kind.INVALID),
        ("postgresql://nobody:hush@127.0.0.1:1/none", Kind.BUSY),
        ("sqlite:////no/such/folder/hotel.db", Kind.BUSY),
    ],
)
def test_a_database_that_is_none_or_away_is_told_in_words(
    capsys: pytest.CaptureFixture[str], url: str, kind: Kind
) -> None:
    """In one line that names the option and no password, before anything is booked."""
    assert hotel_replay.main([str(FIRST_500), "--database", url]) == EXIT_CODES[kind]
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert said.out == ""
    assert "--database: " in line
    assert "hush" not in line


@pytest.mark.timeout(300)
@needs_the_whole_file
def test_the_whole_file_fits_into_the_rooms_of_its_readme(replay: Replay) -> None:
    """Ten thousand real bookings, nobody refused and nobody's room sold twice."""
    report = replay(WHOLE, "--rooms", ",".join(f"{k}={n}" for k, n in ROOMS_WHOLE.items()))
    assert report.pop("rearranged") > 0
    assert report == {
        "created": 9920,
        "refused": 0,
        "completed": 3589,
        "cancelled": 6171,
        "no_show": 160,
        "violations": 0,
        "revenue_minor": kept_minor(WHOLE),
        "rooms": ROOMS_WHOLE,
        "refused_by_type": {},
    }


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@needs_the_whole_file
def test_the_whole_file_on_every_storage(replay: Replay, database: str) -> None:
    """With the rooms that it finds by itself, which are those of the README."""
    report = replay(WHOLE, "--database", database)
    assert (report["rooms"], report["refused"], report["violations"]) == (ROOMS_WHOLE, 0, 0)
    assert (report["completed"], report["cancelled"], report["no_show"]) == (3589, 6171, 160)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@needs_the_whole_file
def test_first_fit_refuses_six_of_the_whole_file(replay: Replay, database: str) -> None:
    """As the file's README says."""
    report = replay(WHOLE, "--first-fit", "--database", database)
    assert report["refused_by_type"] == {"A": 3, "D": 1, "E": 1, "F": 1}
    assert (report["refused"], report["violations"]) == (6, 0)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@needs_the_whole_file
def test_one_room_fewer_refuses_somebody_of_the_whole_file(replay: Replay) -> None:
    """Nothing that re-arranges can do with fewer."""
    report = replay(WHOLE, "--rooms", "A=133")
    assert report["refused_by_type"]["A"] >= 1
    assert report["violations"] == 0
