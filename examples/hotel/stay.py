"""Stays as the file tells of them.

The format is that of the "Hotel booking demand datasets" (Antonio, Almeida, Nunes, Data in Brief
22, 2019): one row a booking, in gzip-compressed CSV.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from pathlib import Path

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
CENT = Decimal("0.01")


class BadFile(ValueError):
    """The file cannot be read as stays; the message says where and why."""


class Ending(StrEnum):
    """How a booking ended, in the file's own words."""

    CHECKED_OUT = "Check-Out"
    CANCELLED = "Canceled"
    NO_SHOW = "No-Show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One booking: its nights are the half-open [arrival, departure), at so many cents each."""

    row: int  # The line of the file, whose order is the order within a day.
    room_type: str
    booked_on: date
    arrival: date
    departure: date
    ending: Ending
    ended_on: date
    rate_minor: int

    @property
    def nights(self) -> int:
        """At least one."""
        return (self.departure - self.arrival).days


def read_stays(path: Path) -> tuple[Stay, ...]:
    """The stays in the order of the file; rows of no nights are none. Raises BadFile."""
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            stays = tuple(_stays(csv.DictReader(lines)))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error, zlib.error) as error:
        raise BadFile(f"{path}: {error}") from error
    if not stays:
        raise BadFile(f"{path}: no stays in it")
    return stays


def _stays(rows: csv.DictReader[str]) -> Iterator[Stay]:
    for row in rows:
        try:
            stay = _stay(rows.line_num, row)
        except (ValueError, OverflowError) as error:
            raise BadFile(f"line {rows.line_num}: {error}") from error
        except KeyError as missing:
            raise BadFile(f"line {rows.line_num}: no column {missing}") from missing
        if stay.nights:
            yield stay


def _stay(line: int, row: Mapping[str, str | None]) -> Stay:
    arrival = date(
        _whole(row, "arrival_date_year"),
        MONTHS.index(_text(row, "arrival_date_month")) + 1,
        _whole(row, "arrival_date_day_of_month"),
    )
    nights = _whole(row, "stays_in_weekend_nights") + _whole(row, "stays_in_week_nights")
    month, day, year = map(int, _text(row, "reservation_status_date").split("/"))
    return Stay(
        row=line,
        room_type=_text(row, "reserved_room_type"),
        booked_on=arrival - timedelta(days=_whole(row, "lead_time")),
        arrival=arrival,
        departure=arrival + timedelta(days=nights),
        ending=Ending(_text(row, "reservation_status")),
        ended_on=date(year, month, day),
        rate_minor=_cents(_text(row, "adr")),
    )


def _text(row: Mapping[str, str | None], column: str) -> str:
    text = row[column]
    if not text:
        raise ValueError(f"{column} is empty")
    return text


def _whole(row: Mapping[str, str | None], column: str) -> int:
    text = _text(row, column)
    if not text.isdecimal():
        raise ValueError(f"{column} is {text!r}, not a whole number")
    return int(text)


def _cents(adr: str) -> int:
    """Below zero the rate is a correction made afterwards: nobody was asked to pay it."""
    try:
        euros = Decimal(adr).quantize(CENT, ROUND_HALF_EVEN)
        return max(0, int(euros.scaleb(2)))
    except (ArithmeticError, ValueError) as error:  # Also what is not finite.
        raise ValueError(f"adr is {adr!r}, not a number") from error
