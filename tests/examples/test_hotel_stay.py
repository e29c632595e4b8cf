"""Reading stays from a file."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from hotel.stay import BadFile, Ending, Stay, read_stays
from tests.examples.stays import written


def test_a_row_is_a_stay(tmp_path: Path) -> None:
    """Nights, dates and cents are what the columns say together."""
    (stay,) = read_stays(written(tmp_path / "one.csv.gz", {}))
    assert stay == Stay(
        row=2,
        room_type="A",
        booked_on=date(2020, 2, 1),
        arrival=date(2020, 2, 10),
        departure=date(2020, 2, 13),
        ending=Ending.CHECKED_OUT,
        ended_on=date(2020, 2, 13),
        rate_minor=7550,
    )


def test_a_row_of_no_nights_is_no_stay(tmp_path: Path) -> None:
    """The rows around it keep their numbers."""
    none = {"stays_in_weekend_nights": "0", "stays_in_week_nights": "0"}
    stays = read_stays(written(tmp_path / "three.csv.gz", {}, none, {}))
    assert [stay.row for stay in stays] == [2, 4]


@pytest.mark.parametrize(("adr", "cents"), [("0", 0), ("98.765", 9876), ("-6.38", 0)])
def test_the_rate_is_whole_cents_and_never_negative(tmp_path: Path, adr: str, cents: int) -> None:
    """Half cents go to the even side; a correction below zero was never a price."""
    (stay,) = read_stays(written(tmp_path / "one.csv.gz", {"adr": adr}))
    assert stay.rate_minor == cents


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("arrival_date_year", "20x5"),
        ("arrival_date_month", "Brumaire"),
        ("arrival_date_day_of_month", "31"),
        ("stays_in_week_nights", "-1"),
        ("lead_time", "99999999"),
        ("reserved_room_type", ""),
        ("adr", "NaN"),
        ("reservation_status", "Eloped"),
        ("reservation_status_date", "2020-02-13"),
        ("reservation_status", None),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, column: str, text: str | None) -> None:
    """Whoever has ten thousand rows wants to know which of them it was."""
    with pytest.raises(BadFile, match=r"^line \d: "):
        read_stays(written(tmp_path / "bad.csv.gz", {}, {column: text}))


@pytest.mark.parametrize(
    "content",
    [b"", b"hotel,adr\n", gzip.compress(b"hotel,adr\n"), gzip.compress(b"adr\n1\n")[:-9]],
    ids=["empty", "not compressed", "no rows", "cut off"],
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """With the file's name, however it is broken."""
    path = tmp_path / "broken.csv.gz"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=r"broken\.csv\.gz|line 2"):
        read_stays(path)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    """Like a broken one."""
    with pytest.raises(BadFile, match=r"nowhere\.csv\.gz"):
        read_stays(tmp_path / "nowhere.csv.gz")
