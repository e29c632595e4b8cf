"""A performance on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from booking_core.application.caller import Caller
from booking_core.domain.catalogue.performance import Performance
from booking_core.domain.kernel.ids import PerformanceId, ResourceId
from booking_core.domain.kernel.span import Span
from booking_core.engine import BookingEngine
from booking_http.amounts import Amount
from booking_http.catalogue.keeping import owner
from booking_http.catalogue.terms import OfferTerms
from booking_http.instants import When, at
from booking_http.strict_body import Body, View
from booking_http.texts import Category, Name, Title


class PerformanceBody(Body, frozen=True, kw_only=True):
    """A dated event in a hall; a category of seats without a price is not for sale."""

    name: Title
    resource_id: Name
    start: When
    end: When
    prices: Annotated[dict[Category, Amount], msgspec.Meta(min_length=1)]
    offer: OfferTerms | None = None
    provider_id: Name | None = None

    def performance(self, id: str, engine: BookingEngine, by: Caller) -> Performance:
        """What it means, or InvalidInput."""

        def zone_name() -> str:
            return engine.read_catalogue.resource(ResourceId(self.resource_id), by).zone

        return Performance(
            tenant_id=by.tenant_id,
            id=PerformanceId(id),
            provider_id=owner(self.provider_id, by),
            resource_id=ResourceId(self.resource_id),
            name=self.name,
            during=Span(at("start", self.start, zone_name), at("end", self.end, zone_name)),
            prices={category: amount.money() for category, amount in self.prices.items()},
            offer=(self.offer or OfferTerms()).offer(),
        )


class NewPerformance(PerformanceBody, frozen=True, kw_only=True):
    """The same, under a name of the client's choice or of ours."""

    id: Name | None = None


class PerformanceView(View, frozen=True, kw_only=True):
    """A performance; what its seats are is the map's to show."""

    id: str
    provider_id: str
    resource_id: str
    name: str
    start: datetime
    end: datetime
    prices: dict[str, Amount]
    offer: OfferTerms
    revision: int


class PerformancePage(View, frozen=True, kw_only=True):
    """Some performances, and the cursor of those that follow."""

    items: list[PerformanceView]
    next: str | None


def view(performance: Performance) -> PerformanceView:
    """All of it."""
    return PerformanceView(
        id=performance.id,
        provider_id=performance.provider_id,
        resource_id=performance.resource_id,
        name=performance.name,
        start=performance.during.start,
        end=performance.during.end,
        prices={category: Amount.of(price) for category, price in performance.prices.items()},
        offer=OfferTerms.of(performance.offer),
        revision=performance.revision,
    )
