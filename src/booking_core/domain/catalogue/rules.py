"""The rules of a resource: which wishes it takes at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from booking_core.domain.kernel.errors import InvalidInput

ZERO = timedelta(0)
MINUTE = timedelta(minutes=1)
LONGEST = timedelta(days=400)  # One claim; storage refuses longer ones too.


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Bounds on a wish. Durations are elapsed time; the grid is wall-clock time.

    step: starts lie on a grid of this many minutes, counted from local midnight plus `offset`.
    buffers: time before and after that is claimed with the booking, and not sold.
    """

    step: timedelta = MINUTE
    offset: timedelta = ZERO
    duration_min: timedelta = MINUTE
    duration_max: timedelta = timedelta(days=92)
    notice_min: timedelta = ZERO
    advance_max: timedelta = timedelta(days=730)
    buffer_before: timedelta = ZERO
    buffer_after: timedelta = ZERO
    units_max: int = 100
    holds_max: int | None = None  # Live holds that one customer may have on this resource.

    def __post_init__(self) -> None:
        _between("step", self.step, MINUTE, timedelta(days=1))
        if self.step % MINUTE or self.offset % MINUTE:
            raise InvalidInput("step", "whole minutes")
        _between("offset", self.offset, ZERO, self.step - MINUTE)
        _between("durationMin", self.duration_min, MINUTE, LONGEST)
        _between("durationMax", self.duration_max, self.duration_min, LONGEST)
        _between("noticeMin", self.notice_min, ZERO, LONGEST)
        _between("advanceMax", self.advance_max, self.notice_min, timedelta(days=3660))
        _between("bufferBefore", self.buffer_before, ZERO, timedelta(days=7))
        _between("bufferAfter", self.buffer_after, ZERO, timedelta(days=7))
        if type(self.units_max) is not int or not 1 <= self.units_max <= 1000:
            raise InvalidInput("unitsMax", "1 to 1000 units")
        if self.holds_max is not None and not 1 <= self.holds_max <= 1000:
            raise InvalidInput("holdsMax", "1 to 1000 holds, or nothing")


def _between(field: str, value: timedelta, least: timedelta, most: timedelta) -> None:
    if not least <= value <= most:
        raise InvalidInput(field, f"between {least} and {most}")
