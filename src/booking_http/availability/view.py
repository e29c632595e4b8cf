"""What is shown of what is free."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from booking_core.domain.availability.anywhere import SlotsAnywhere
from booking_core.domain.availability.slots import Slots
from booking_core.domain.kernel.span import Span
from booking_http.strict_body import View


class PeriodView(View, frozen=True, kw_only=True):
    """From one instant to another; the end does not belong to it."""

    start: datetime
    end: datetime


class QuantityView(View, frozen=True, kw_only=True):
    """How many units are free throughout the period."""

    start: datetime
    end: datetime
    free: int


class SlotsView(View, frozen=True, kw_only=True):
    """The slots of one resource. `isComplete` is false where there are more than were asked for."""

    resource_id: str
    slots: list[PeriodView]
    is_complete: bool


class ResourceAvailability(View, frozen=True, kw_only=True):
    """With a duration the slots of that length; without, the free periods and quantities.

    Slots may overlap each other: one may be booked, not all. In each of `periods` the quantity
    that was asked for is free. `zone` is where the resource is; all times are UTC.
    """

    resource_id: str
    zone: str
    start: datetime
    end: datetime
    quantity: int
    duration: str | None
    slots: list[PeriodView] | None
    is_complete: bool
    periods: list[PeriodView] | None
    quantities: list[QuantityView] | None


class SlotAnywhereView(View, frozen=True, kw_only=True):
    """A slot, and every resource that it can be had on."""

    start: datetime
    end: datetime
    resource_ids: list[str]


class ServiceAvailability(View, frozen=True, kw_only=True):
    """The slots of a service: on any of its resources, and again resource by resource.

    `isComplete` is false where there are more `slots` than were asked for.
    """

    service_id: str
    start: datetime
    end: datetime
    quantity: int
    slots: list[SlotAnywhereView]
    is_complete: bool
    resources: list[SlotsView]


def periods(spans: Iterable[Span]) -> list[PeriodView]:
    """The spans as they are shown."""
    return [PeriodView(start=span.start, end=span.end) for span in spans]


def anywhere_view(found: SlotsAnywhere) -> list[SlotAnywhereView]:
    """The slots of several resources as one list."""
    return [
        SlotAnywhereView(
            start=slot.span.start, end=slot.span.end, resource_ids=list(slot.resource_ids)
        )
        for slot in found.slots
    ]


def slots_view(resource_id: str, slots: Slots) -> SlotsView:
    """The slots of one resource."""
    return SlotsView(resource_id=resource_id, slots=periods(slots), is_complete=slots.is_complete)
