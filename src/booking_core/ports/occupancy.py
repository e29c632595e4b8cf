"""What is claimed when."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.ids import ResourceId, TenantId
from booking_core.domain.kernel.span import Span


class Occupancy(Protocol):
    """Live claims by resource and time; holds that are overdue at `now` are not shown.

    Contract: tests/contract/test_occupancy.py.
    """

    @abstractmethod
    def claims(
        self, tenant_id: TenantId, resource_id: ResourceId, window: Span, now: datetime
    ) -> Sequence[Claim]:
        """The claims that overlap the window, by start and unit."""
        ...

    @abstractmethod
    def busy(
        self,
        tenant_id: TenantId,
        resource_ids: Sequence[ResourceId],
        window: Span,
        now: datetime,
    ) -> Mapping[ResourceId, Sequence[tuple[int, int]]]:
        """Per resource the (start, end) of overlapping claims in microseconds UTC, by start.

        One query however many resources; a resource without claims has an empty sequence.
        """
        ...
