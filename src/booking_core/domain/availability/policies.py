"""Which wishes a resource takes at all: each rule is one sentence, in order of precedence.

What is free is another question; slots.py answers it, and offers only what these let pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from booking_core.domain.availability.grid import is_on_grid
from booking_core.domain.availability.opening import is_open, open_spans
from booking_core.domain.availability.refusals import (
    BeyondAdvance,
    InsideNotice,
    InThePast,
    NoUnits,
    OffTheGrid,
    OutsideOpeningHours,
    QuantityDisagrees,
    TooLong,
    TooManyUnits,
    TooShort,
    UnitsNamedTwice,
    UnitsNotForChoosing,
    UnknownUnits,
)
from booking_core.domain.availability.wish import Wish
from booking_core.domain.catalogue.resource import Assignment
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.localtime import Fold, Gap, resolve, zone
from booking_core.domain.kernel.span import EARLIEST, LATEST, Span, from_microseconds

ONE_DAY = timedelta(days=1)

Policy: TypeAlias = Callable[[Wish, datetime], BookingError | None]


def starts_in_the_future(wish: Wish, now: datetime) -> InThePast | None:
    """What has begun cannot be booked; this very moment can."""
    start = wish.span.start
    return InThePast(start, now) if start < now else None


def gives_enough_notice(wish: Wish, now: datetime) -> InsideNotice | None:
    """The provider learns of it in time. What is past is not refused a second time."""
    notice_min = wish.resource.rules.notice_min
    if now <= wish.span.start < now + notice_min:
        return InsideNotice(notice_min, now + notice_min)
    return None


def is_not_too_far_ahead(wish: Wish, now: datetime) -> BeyondAdvance | None:
    """The provider does not commit further ahead than this."""
    advance_max = wish.resource.rules.advance_max
    if wish.span.start > now + advance_max:
        return BeyondAdvance(advance_max, now + advance_max)
    return None


def lasts_long_enough(wish: Wish, now: datetime) -> TooShort | None:
    """A performance lasts as long as it lasts."""
    duration, duration_min = wish.span.duration, wish.resource.rules.duration_min
    if wish.on_schedule and duration < duration_min:
        return TooShort(duration, duration_min)
    return None


def does_not_last_too_long(wish: Wish, now: datetime) -> TooLong | None:
    """Durations are elapsed time: a night on which the clocks change is longer or shorter."""
    duration, duration_max = wish.span.duration, wish.resource.rules.duration_max
    if wish.on_schedule and duration > duration_max:
        return TooLong(duration, duration_max)
    return None


def starts_on_the_grid(wish: Wish, now: datetime) -> OffTheGrid | None:
    """Starts that do not line up leave gaps that nobody can use."""
    resource = wish.resource
    if wish.on_schedule and not is_on_grid(wish.span.start, resource.zone, resource.rules):
        return OffTheGrid(resource.rules.step, resource.rules.offset, resource.zone)
    return None


def resource_is_open_for_the_whole_period(wish: Wish, now: datetime) -> OutsideOpeningHours | None:
    """Buffers may lie outside the opening hours; what is sold may not."""
    resource = wish.resource
    if not wish.on_schedule or is_open(resource.schedule, resource.zone, wish.span):
        return None
    return OutsideOpeningHours(resource.zone, _open_that_day(wish))


def takes_at_least_one_unit(wish: Wish, now: datetime) -> NoUnits | None:
    """A booking of nothing holds nothing."""
    return None if type(wish.quantity) is int and wish.quantity >= 1 else NoUnits()


def leaves_the_choice_of_interchangeable_units(
    wish: Wish, now: datetime
) -> UnitsNotForChoosing | None:
    """A pool can be re-arranged only while nobody was promised a unit."""
    if wish.unit_ids and wish.resource.assignment is Assignment.ANY:
        return UnitsNotForChoosing()
    return None


def names_units_of_the_resource(wish: Wish, now: datetime) -> UnknownUnits | None:
    """A unit of another resource is as unknown as one that is nowhere."""
    known = wish.resource.units_by_id
    unknown = [unit_id for unit_id in wish.unit_ids if unit_id not in known]
    return UnknownUnits(tuple(unknown)) if unknown else None


def names_each_unit_once(wish: Wish, now: datetime) -> UnitsNamedTwice | None:
    """One booking cannot hold a unit twice."""
    if len(wish.unit_ids) == len(set(wish.unit_ids)):
        return None
    times = Counter(wish.unit_ids)
    return UnitsNamedTwice(tuple(unit_id for unit_id in times if times[unit_id] > 1))


def counts_the_units_it_names(wish: Wish, now: datetime) -> QuantityDisagrees | None:
    """Who names units need not count them: a quantity of one says nothing."""
    named = len(wish.unit_ids)
    if named and wish.quantity not in (1, named):
        return QuantityDisagrees(wish.quantity, named)
    return None


def takes_no_more_units_than_allowed(wish: Wish, now: datetime) -> TooManyUnits | None:
    """Neither more than one booking may have, nor more than there are."""
    resource, wanted = wish.resource, wish.units_wanted
    units_max = min(resource.rules.units_max, len(resource.units))
    return TooManyUnits(wanted, units_max) if wanted > units_max else None


POLICIES: tuple[Policy, ...] = (
    starts_in_the_future,
    gives_enough_notice,
    is_not_too_far_ahead,
    lasts_long_enough,
    does_not_last_too_long,
    starts_on_the_grid,
    resource_is_open_for_the_whole_period,
    takes_at_least_one_unit,
    leaves_the_choice_of_interchangeable_units,
    names_units_of_the_resource,
    names_each_unit_once,
    counts_the_units_it_names,
    takes_no_more_units_than_allowed,
)


def judge(wish: Wish, now: datetime) -> None:
    """Nothing if the rules take the wish, or raise the first refusal in order of precedence."""
    for policy in POLICIES:
        refusal = policy(wish, now)
        if refusal is not None:
            raise refusal


def refusals(wish: Wish, now: datetime) -> tuple[BookingError, ...]:
    """Every refusal of the wish, in order of precedence: what a customer has to change."""
    judged = (policy(wish, now) for policy in POLICIES)
    return tuple(refusal for refusal in judged if refusal is not None)


def _open_that_day(wish: Wish) -> tuple[Span, ...]:
    """The opening periods of the local date on which the wish starts, cut at its midnights."""
    resource = wish.resource
    today = wish.span.start.astimezone(zone(resource.zone)).date()
    day = Span(
        max(_midnight(resource.zone, today), EARLIEST),
        min(_midnight(resource.zone, today + ONE_DAY), LATEST),
    )
    return tuple(
        Span(from_microseconds(opens), from_microseconds(closes))
        for opens, closes in open_spans(resource.schedule, resource.zone, day)
    )


def _midnight(zone_name: str, day: date) -> datetime:
    local = datetime.combine(day, time.min)
    return resolve(local, zone(zone_name), gap=Gap.LATER, fold=Fold.FIRST, field="start")
