"""A service on the wire."""

from __future__ import annotations

from typing import Annotated

import msgspec

from booking_core.application.caller import Caller
from booking_core.domain.catalogue.service import Service
from booking_core.domain.kernel.ids import ResourceId, ServiceId
from booking_http.catalogue.keeping import owner
from booking_http.catalogue.terms import OfferTerms
from booking_http.instants import duration, shown_duration
from booking_http.strict_body import Body, View
from booking_http.texts import Duration, Name, Title


class ServiceBody(Body, frozen=True, kw_only=True):
    """What a customer buys on one of several resources; without a `duration` they say how long."""

    name: Title
    resource_ids: Annotated[list[Name], msgspec.Meta(min_length=1)]
    offer: OfferTerms | None = None
    duration: Duration | None = None
    provider_id: Name | None = None

    def service(self, id: str, by: Caller) -> Service:
        """What it means, or InvalidInput."""
        return Service(
            tenant_id=by.tenant_id,
            id=ServiceId(id),
            provider_id=owner(self.provider_id, by),
            name=self.name,
            resource_ids=tuple(map(ResourceId, self.resource_ids)),
            offer=(self.offer or OfferTerms()).offer(),
            duration=None if self.duration is None else duration("duration", self.duration),
        )


class NewService(ServiceBody, frozen=True, kw_only=True):
    """The same, under a name of the client's choice or of ours."""

    id: Name | None = None


class ServiceView(View, frozen=True, kw_only=True):
    """A service."""

    id: str
    provider_id: str
    name: str
    resource_ids: list[str]
    offer: OfferTerms
    duration: str | None
    revision: int


class ServicePage(View, frozen=True, kw_only=True):
    """Some services, and the cursor of those that follow."""

    items: list[ServiceView]
    next: str | None


def view(service: Service) -> ServiceView:
    """All of it."""
    return ServiceView(
        id=service.id,
        provider_id=service.provider_id,
        name=service.name,
        resource_ids=list(service.resource_ids),
        offer=OfferTerms.of(service.offer),
        duration=None if service.duration is None else shown_duration(service.duration),
        revision=service.revision,
    )
