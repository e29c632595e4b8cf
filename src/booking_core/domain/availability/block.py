"""A block: units kept from sale, for maintenance or any other reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.errors import IllegalTransition, InvalidInput
from booking_core.domain.kernel.ids import BlockId, ResourceId, TenantId, UnitId
from booking_core.domain.kernel.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Its claims stand beside those of bookings, so that neither can cover the other."""

    tenant_id: TenantId
    id: BlockId
    resource_id: ResourceId
    unit_ids: tuple[UnitId, ...]
    span: Span
    reason: str
    created_at: datetime
    lifted_at: datetime | None = None
    version: int = 1

    def __post_init__(self) -> None:
        if len(self.reason) > 200:
            raise InvalidInput("reason", "at most 200 characters")
        if not self.unit_ids:
            raise InvalidInput("units", "at least one unit")

    def claims(self) -> Iterator[Claim]:
        """Its live claims; none once it is lifted."""
        if self.lifted_at is None:
            for unit_id in self.unit_ids:
                yield Claim(
                    resource_id=self.resource_id,
                    unit_id=unit_id,
                    span=self.span,
                    block_id=self.id,
                    pinned=True,
                )

    def lift(self, at: datetime) -> Block:
        """Ended before its time, or IllegalTransition if it was already."""
        if self.lifted_at is not None:
            raise IllegalTransition("block", "LIFTED", "lift")
        return replace(self, lifted_at=at, version=self.version + 1)
