"""Why a wish cannot be met, and what could be had instead."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from booking_core.domain.availability.busy import Busy, BusyByUnit, busy, busy_by_unit
from booking_core.domain.availability.intervals import Interval, common, crowded, merged
from booking_core.domain.availability.policies import refusals
from booking_core.domain.availability.slots import SLOTS_MOST, Slots, free_slots
from booking_core.domain.availability.window import reach
from booking_core.domain.availability.wish import Wish
from booking_core.domain.catalogue.resource import Assignment, Resource
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.span import LONGEST, Span, from_microseconds, to_microseconds

SEARCHED = timedelta(days=7)  # On either side of the wish.
ALTERNATIVES_MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What stands against a wish: rules, and periods in which too few units are free.

    `blocked` says when, never by whom. `free_units` are free for the whole period: of the named
    units if the wish names any. `alternatives` are slots that can be booked, the nearest first;
    there are none for a wish that can be met, nor for a performance, which is when it is.
    """

    refusals: tuple[BookingError, ...]
    blocked: tuple[Span, ...]
    free_units: int
    alternatives: tuple[Span, ...]

    @property
    def is_possible(self) -> bool:
        return not self.refusals and not self.blocked


def claims_needed(wish: Wish, now: datetime) -> Span:
    """The period whose claims explain() has to be given."""
    sought = _search(wish, now)
    if sought is None:
        return wish.claimed
    around = reach(wish.resource, sought, _duration(wish))
    wide = max(around.end, min(wish.claimed.end, around.start + LONGEST))
    return Span(around.start, wide) if around.start <= wish.claimed.start <= wide else around


def explain(wish: Wish, now: datetime, claims: Iterable[Claim]) -> Explanation:
    """Judge the wish by every rule and against the claims that overlap claims_needed().

    Interchangeable units are counted as if all that are not pinned could be re-arranged: with
    pins to come, allocation may still refuse what this calls possible.
    """
    claims = [claim for claim in claims if claim.resource_id == wish.resource.id]
    against = refusals(wish, now)
    wanted = _wanted(wish)
    if wanted is None:
        return Explanation(refusals=against, blocked=(), free_units=0, alternatives=())
    taken: Busy | BusyByUnit
    pinned = busy_by_unit((claim for claim in claims if claim.pinned), now)
    if wanted.assignment is Assignment.ANY:
        taken = busy(claims, now)
        blocked, free_units = _blocked_in_pool(wish, taken, pinned)
    else:
        by_unit = busy_by_unit(claims, now)
        taken = {unit.id: by_unit[unit.id] for unit in wanted.units if unit.id in by_unit}
        blocked, free_units = _blocked_by_unit(wish, wanted, taken)
    sought = _search(wish, now)
    nearest: tuple[Span, ...] = ()
    if sought is not None and (against or blocked):
        quantity = wish.units_wanted
        length = _duration(wish)
        slots = free_slots(wanted, taken, sought, length, quantity, now, SLOTS_MOST, pinned)
        nearest = _nearest(slots, to_microseconds(wish.span.start))
    spans = (Span(from_microseconds(start), from_microseconds(end)) for start, end in blocked)
    return Explanation(
        refusals=against, blocked=tuple(spans), free_units=free_units, alternatives=nearest
    )


def _wanted(wish: Wish) -> Resource | None:
    """The resource, of named units only those; None if it does not have what is asked for."""
    resource = wish.resource
    if not 1 <= wish.units_wanted <= len(resource.units):
        return None
    if not wish.unit_ids or resource.assignment is Assignment.ANY:
        return resource
    named = dict.fromkeys(wish.unit_ids)
    if len(named) != len(wish.unit_ids) or not named.keys() <= resource.units_by_id.keys():
        return None
    return replace(resource, units=tuple(resource.units_by_id[unit_id] for unit_id in named))


def _blocked_in_pool(wish: Wish, taken: Busy, pinned: BusyByUnit) -> tuple[list[Interval], int]:
    whole, units = _interval(wish.claimed), len(wish.resource.units)
    within = [claim for claim in taken if claim[0] < whole[1] and claim[1] > whole[0]]
    most = 0  # How many claims overlap at the fullest moment.
    while most < units and crowded(within, most):
        most += 1
    blocked, unpinned = _blocked_by_unit(wish, wish.resource, pinned)
    blocked = common(crowded(within, units - wish.units_wanted), [whole]) or blocked
    return blocked, min(units - most, unpinned)


def _blocked_by_unit(wish: Wish, wanted: Resource, taken: BusyByUnit) -> tuple[list[Interval], int]:
    whole = _interval(wish.claimed)
    apart = [common(merged(unit), [whole]) for unit in taken.values()]
    occupied = [unit for unit in apart if unit]
    free_units = len(wanted.units) - len(occupied)
    if free_units >= wish.units_wanted:
        return [], free_units
    together = sorted(interval for unit in occupied for interval in unit)
    # Where each moment has enough free units, but too few are free throughout, all are in the way.
    return crowded(together, len(wanted.units) - wish.units_wanted) or merged(together), free_units


def _search(wish: Wish, now: datetime) -> Span | None:
    """Where to look for alternatives: around the wish, or where it would have to be."""
    rules = wish.resource.rules
    if not wish.on_schedule:
        return None
    buffers = rules.buffer_before + rules.buffer_after
    if _duration(wish) + buffers + 2 * SEARCHED > LONGEST:
        return None
    latest = now + rules.advance_max
    centre = min(max(wish.span.start, now + rules.notice_min), latest)
    return Span(centre - SEARCHED, centre + SEARCHED)


def _duration(wish: Wish) -> timedelta:
    """As long as wished, or as near to it as the rules allow."""
    rules = wish.resource.rules
    return min(max(wish.span.duration, rules.duration_min), rules.duration_max)


def _nearest(slots: Slots, wished: int) -> tuple[Span, ...]:
    place = bisect_left(slots.starts_us, wished)
    around = slots.starts_us[max(0, place - ALTERNATIVES_MOST) : place + ALTERNATIVES_MOST]
    around.sort(key=lambda start: abs(start - wished))
    nearest = around[:ALTERNATIVES_MOST]
    return tuple(Slots(starts_us=nearest, duration_us=slots.duration_us))


def _interval(span: Span) -> Interval:
    return to_microseconds(span.start), to_microseconds(span.end)
