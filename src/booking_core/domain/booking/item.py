"""One line of a booking: some units of one resource for one period."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.domain.kernel.ids import PerformanceId, ResourceId, ServiceId, UnitId
from booking_core.domain.kernel.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """`span` is what the customer was sold, `claimed` the same with buffers.

    `promised`: the customer chose these very units, so nobody may re-arrange them.
    """

    resource_id: ResourceId
    unit_ids: tuple[UnitId, ...]
    span: Span
    claimed: Span
    service_id: ServiceId | None = None
    performance_id: PerformanceId | None = None
    promised: bool = False
