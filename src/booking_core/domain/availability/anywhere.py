"""The slots of several resources as one list: any doctor, and which of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from booking_core.domain.availability.slots import Slots
from booking_core.domain.kernel.ids import ResourceId
from booking_core.domain.kernel.span import Span, from_microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotAnywhere:
    """A slot, and the resources that it can be had on, in the service's order: one at least."""

    span: Span
    resource_ids: tuple[ResourceId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsAnywhere:
    """Earliest first; `is_complete` is False if there are more than were asked for."""

    slots: tuple[SlotAnywhere, ...]
    is_complete: bool


def slots_anywhere(by_resource: Mapping[ResourceId, Slots], limit: int) -> SlotsAnywhere:
    """The first `limit` slots that can be had on any of them.

    Each resource's slots must be complete, or its first `limit` at least: then no start that is
    told here lacks a resource.
    """
    at: dict[tuple[int, int], list[ResourceId]] = {}
    for resource_id, slots in by_resource.items():
        for start in slots.starts_us:
            at.setdefault((start, start + slots.duration_us), []).append(resource_id)
    first = sorted(at)[:limit]
    return SlotsAnywhere(
        slots=tuple(
            SlotAnywhere(
                span=Span(from_microseconds(start), from_microseconds(end)),
                resource_ids=tuple(at[start, end]),
            )
            for start, end in first
        ),
        is_complete=len(first) == len(at) and all(it.is_complete for it in by_resource.values()),
    )
