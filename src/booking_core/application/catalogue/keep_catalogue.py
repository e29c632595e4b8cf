"""Put something into the catalogue, new or changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from booking_core.application.caller import Caller
from booking_core.domain.catalogue.performance import Performance
from booking_core.domain.catalogue.resource import Resource
from booking_core.domain.catalogue.service import Service
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.errors import Forbidden, InvalidInput, NotFound
from booking_core.domain.kernel.ids import ResourceId
from booking_core.ports.catalogue_repository import CatalogueRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepCatalogue:
    """Revision 1 is new; a change carries the revision that it was made on, plus one.

    Bookings keep their terms whatever happens here. Raises StaleCatalogue when another revision
    stands, NotFound for what is somebody else's, InvalidInput as the nouns themselves do.
    """

    catalogue: CatalogueRepository

    def tenant(self, tenant: Tenant, by: Caller) -> Tenant:
        """Only an admin of that very tenant."""
        by.run()
        if tenant.id != by.tenant_id:
            raise NotFound("tenant", tenant.id)
        self.catalogue.save_tenant(tenant)
        return tenant

    def resource(self, resource: Resource, by: Caller) -> Resource:
        """For its provider, who cannot give it away."""
        by.own(resource.provider_id)
        resource = replace(resource, tenant_id=by.tenant_id)
        if resource.revision > 1:
            old = self.catalogue.resource(by.tenant_id, resource.id, fresh=True)
            _keeps_owner(old, resource, by)
        self.catalogue.save_resource(resource)
        return resource

    def service(self, service: Service, by: Caller) -> Service:
        """For its provider, on resources of the same provider."""
        by.own(service.provider_id)
        service = replace(service, tenant_id=by.tenant_id)
        for resource_id in service.resource_ids:
            self._sold_by(service, resource_id, by)
        if service.revision > 1:
            old = self.catalogue.service(by.tenant_id, service.id, fresh=True)
            _keeps_owner(old, service, by)
        self.catalogue.save_service(service)
        return service

    def performance(self, performance: Performance, by: Caller) -> Performance:
        """For its provider, in a hall of the same provider. Its period and hall are fixed."""
        by.own(performance.provider_id)
        performance = replace(performance, tenant_id=by.tenant_id)
        self._sold_by(performance, performance.resource_id, by)
        if performance.revision > 1:
            old = self.catalogue.performance(by.tenant_id, performance.id, fresh=True)
            _keeps_owner(old, performance, by)
            if (old.during, old.resource_id) != (performance.during, performance.resource_id):
                raise InvalidInput("during", "as before: one that moves is another performance")
        self.catalogue.save_performance(performance)
        return performance

    def _sold_by(self, what: Service | Performance, resource_id: ResourceId, by: Caller) -> None:
        resource = self.catalogue.resource(by.tenant_id, resource_id)
        if resource.provider_id != what.provider_id:
            raise NotFound("resource", resource_id)


def _keeps_owner(
    old: Resource | Service | Performance, new: Resource | Service | Performance, by: Caller
) -> None:
    by.own(old.provider_id)
    if old.provider_id != new.provider_id and not by.is_office:
        raise Forbidden("admin")
