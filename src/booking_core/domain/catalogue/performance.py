"""A performance: a dated event in a hall, with prices per category of seat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from booking_core.domain.catalogue.offer import Offer
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import (
    PerformanceId,
    ProviderId,
    ResourceId,
    TenantId,
    named,
)
from booking_core.domain.kernel.money import Money
from booking_core.domain.kernel.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """Its seats are units of the hall, so overlapping performances cannot sell one seat twice.

    A category without a price is not for sale. `offer.price` is not used: `prices` are.
    """

    tenant_id: TenantId
    id: PerformanceId
    provider_id: ProviderId
    resource_id: ResourceId
    name: str
    during: Span
    prices: Mapping[str, Money]
    offer: Offer
    revision: int = 1

    def __post_init__(self) -> None:
        named("performanceId", self.id)
        if not 1 <= len(self.name) <= 200:
            raise InvalidInput("name", "1 to 200 characters")
        if not 1 <= len(self.prices) <= 100:
            raise InvalidInput("prices", "1 to 100 categories")
        if len({price.currency for price in self.prices.values()}) != 1:
            raise InvalidInput("prices", "one currency for all categories")
        if min(price.amount_minor for price in self.prices.values()) < 0:
            raise InvalidInput("prices", "zero or more")
        object.__setattr__(self, "prices", MappingProxyType(dict(self.prices)))
