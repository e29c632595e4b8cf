"""Stays to try the hotel's replay on."""

from __future__ import annotations

import csv
import gzip
from datetime import date, timedelta
from pathlib import Path

from hotel.stay import Ending, Stay

FIRST = date(2020, 2, 1)

ROW = {
    "arrival_date_year": "2020",
    "arrival_date_month": "February",
    "arrival_date_day_of_month": "10",
    "stays_in_weekend_nights": "1",
    "stays_in_week_nights": "2",
    "lead_time": "9",
    "reserved_room_type": "A",
    "adr": "75.5",
    "reservation_status": "Check-Out",
    "reservation_status_date": "2/13/2020",
}


def written(path: Path, *rows: dict[str, str | None]) -> Path:
    """A file of these rows; each says only what is not usual of it, None leaves a column out."""
    full = [{**ROW, **row} for row in rows]
    columns = [name for name in ROW if all(row[name] is not None for row in full)]
    with gzip.open(path, "wt", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(full)
    return path


def a_stay(
    row: int,
    *,
    booked: int,
    nights: tuple[int, int],
    ending: Ending = Ending.CHECKED_OUT,
    ended: int | None = None,
    room_type: str = "A",
) -> Stay:
    """Days count from the first; `nights` are arrival and departure; it ends when it should."""
    arrival, departure = nights
    usual = departure if ending is Ending.CHECKED_OUT else arrival
    return Stay(
        row=row,
        room_type=room_type,
        booked_on=_day(booked),
        arrival=_day(arrival),
        departure=_day(departure),
        ending=ending,
        ended_on=_day(usual if ended is None else ended),
        rate_minor=10_000,
    )


def _day(number: int) -> date:
    return FIRST + timedelta(days=number)
