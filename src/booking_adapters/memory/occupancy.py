"""What is claimed when, in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from booking_adapters.memory.state import State
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.ids import ResourceId, TenantId
from booking_core.domain.kernel.span import Span
from booking_core.ports.occupancy import Occupancy


@dataclass(frozen=True, slots=True)
class MemoryOccupancy(Occupancy):
    """Bisects each claimed unit's timeline: the cost is that of what overlaps the window."""

    state: State

    def claims(
        self, tenant_id: TenantId, resource_id: ResourceId, window: Span, now: datetime
    ) -> Sequence[Claim]:
        with self.state.lock:
            timelines = self.state.claims.of_resource(tenant_id, resource_id).values()
            found = [claim for each in timelines for claim in each.overlapping(window)]
        live = [claim for claim in found if not claim.is_overdue(now)]
        return tuple(sorted(live, key=_by_start_and_unit))

    def busy(
        self,
        tenant_id: TenantId,
        resource_ids: Sequence[ResourceId],
        window: Span,
        now: datetime,
    ) -> Mapping[ResourceId, Sequence[tuple[int, int]]]:
        with self.state.lock:
            return {
                resource_id: tuple(sorted(self._busy(tenant_id, resource_id, window, now)))
                for resource_id in resource_ids
            }

    def _busy(
        self, tenant_id: TenantId, resource_id: ResourceId, window: Span, now: datetime
    ) -> Iterator[tuple[int, int]]:
        for timeline in self.state.claims.of_resource(tenant_id, resource_id).values():
            yield from timeline.busy(window, now)


def _by_start_and_unit(claim: Claim) -> tuple[datetime, str]:
    return claim.span.start, claim.unit_id
