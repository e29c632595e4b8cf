"""A service: what a customer buys on one of several resources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from booking_core.domain.catalogue.offer import Offer
from booking_core.domain.catalogue.rules import LONGEST, MINUTE
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import ProviderId, ResourceId, ServiceId, TenantId, named


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`duration` fixes the length; without it the customer says when it ends."""

    tenant_id: TenantId
    id: ServiceId
    provider_id: ProviderId
    name: str
    resource_ids: tuple[ResourceId, ...]
    offer: Offer
    duration: timedelta | None = None
    revision: int = 1

    def __post_init__(self) -> None:
        named("serviceId", self.id)
        if not 1 <= len(self.name) <= 200:
            raise InvalidInput("name", "1 to 200 characters")
        if not 1 <= len(set(self.resource_ids)) == len(self.resource_ids) <= 1000:
            raise InvalidInput("resourceIds", "1 to 1000 resources, each once")
        if self.duration is not None and not MINUTE <= self.duration <= LONGEST:
            raise InvalidInput("duration", f"1 minute to {LONGEST.days} days, or nothing")
