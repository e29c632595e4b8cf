"""A wish: what a customer asks of one resource, before anybody has judged it."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.domain.catalogue.resource import Resource
from booking_core.domain.kernel.ids import UnitId
from booking_core.domain.kernel.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """So many units of a resource for a period, or exactly these units.

    `on_schedule` is False for a performance: its hours are its own, not the hall's.
    """

    resource: Resource
    span: Span
    quantity: int = 1
    unit_ids: tuple[UnitId, ...] = ()
    on_schedule: bool = True

    @property
    def units_wanted(self) -> int:
        """How many units it takes: as many as it names, or else the quantity."""
        return len(self.unit_ids) or self.quantity

    @property
    def claimed(self) -> Span:
        """The period with the resource's buffers: what is kept from others."""
        rules = self.resource.rules
        if not rules.buffer_before and not rules.buffer_after:
            return self.span
        return self.span.widened(rules.buffer_before, rules.buffer_after)
