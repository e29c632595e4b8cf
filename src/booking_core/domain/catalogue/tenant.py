"""A tenant: the customer of the platform, within whom everything else lives."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.domain.kernel.ids import TenantId, named


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """`cancels_on_external_refund`: a full refund made at the provider also cancels the booking."""

    id: TenantId
    name: str
    cancels_on_external_refund: bool = False

    def __post_init__(self) -> None:
        named("tenantId", self.id)
