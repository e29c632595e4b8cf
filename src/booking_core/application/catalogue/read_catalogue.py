"""Look at the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.caller import Caller
from booking_core.domain.catalogue.performance import Performance
from booking_core.domain.catalogue.resource import Resource
from booking_core.domain.catalogue.service import Service
from booking_core.domain.kernel.ids import PerformanceId, ResourceId, ServiceId
from booking_core.ports.catalogue_repository import CatalogueRepository
from booking_core.ports.page import Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCatalogue:
    """What a tenant offers, open to all of its callers.

    `fresh` is for whoever is about to change it: otherwise it may be a little old.
    """

    catalogue: CatalogueRepository

    def resource(self, resource_id: ResourceId, by: Caller, *, fresh: bool = False) -> Resource:
        """The resource, or NotFound."""
        return self.catalogue.resource(by.tenant_id, resource_id, fresh=fresh)

    def service(self, service_id: ServiceId, by: Caller, *, fresh: bool = False) -> Service:
        """The service, or NotFound."""
        return self.catalogue.service(by.tenant_id, service_id, fresh=fresh)

    def performance(
        self, performance_id: PerformanceId, by: Caller, *, fresh: bool = False
    ) -> Performance:
        """The performance, or NotFound."""
        return self.catalogue.performance(by.tenant_id, performance_id, fresh=fresh)

    def resources(self, page: PageRequest, by: Caller) -> Page[Resource]:
        """Resources by id."""
        return self.catalogue.resources(by.tenant_id, page)

    def services(self, page: PageRequest, by: Caller) -> Page[Service]:
        """Services by id."""
        return self.catalogue.services(by.tenant_id, page)

    def performances(self, page: PageRequest, by: Caller) -> Page[Performance]:
        """Performances by id."""
        return self.catalogue.performances(by.tenant_id, page)
