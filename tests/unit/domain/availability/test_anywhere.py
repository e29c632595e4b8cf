"""Any doctor: one list of what can be had on any of several resources."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from booking_core.domain.availability.anywhere import slots_anywhere
from booking_core.domain.availability.slots import Slots
from booking_core.domain.kernel.ids import ResourceId
from booking_core.domain.kernel.span import to_microseconds

HOUR_US = 3_600_000_000
NAMES = [ResourceId(name) for name in ("adams", "brown", "clark")]

starts = st.dictionaries(
    st.sampled_from(NAMES), st.sets(st.integers(0, 12), max_size=12), min_size=1
)


def cut(hours: set[int], limit: int) -> Slots:
    """What a resource tells of its free hours when it is asked for so many."""
    all_of_them = sorted(hours)
    return Slots(
        starts_us=[hour * HOUR_US for hour in all_of_them[:limit]],
        duration_us=HOUR_US,
        is_complete=len(all_of_them) <= limit,
    )


@given(starts, st.integers(1, 15))
def test_each_start_is_told_once_with_every_resource_that_has_it(
    free: dict[ResourceId, set[int]], limit: int
) -> None:
    """The list holds the first starts of all, each with all of its resources, also when each
    resource told only its first ones, and says truly whether there are more."""
    found = slots_anywhere({name: cut(hours, limit) for name, hours in free.items()}, limit)
    wanted = sorted(set[int]().union(*free.values()))
    told = [
        (to_microseconds(slot.span.start) // HOUR_US, set(slot.resource_ids))
        for slot in found.slots
    ]
    assert told == [
        (hour, {name for name, hours in free.items() if hour in hours}) for hour in wanted[:limit]
    ]
    assert found.is_complete == (len(wanted) <= limit)
