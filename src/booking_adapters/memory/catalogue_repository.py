"""Where tenants, resources, services and performances rest in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from booking_adapters.memory.state import State
from booking_core.domain.catalogue.performance import Performance
from booking_core.domain.catalogue.resource import Resource
from booking_core.domain.catalogue.service import Service
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import PerformanceId, ResourceId, ServiceId, TenantId
from booking_core.ports.catalogue_repository import CatalogueRepository, UnitsInUse
from booking_core.ports.page import Page, PageRequest


@dataclass(frozen=True, slots=True)
class MemoryCatalogueRepository(CatalogueRepository):
    """Always fresh: there is nothing older to keep."""

    state: State

    def tenant(self, tenant_id: TenantId) -> Tenant:
        with self.state.lock:
            found = self.state.tenants.get(tenant_id)
        if found is None:
            raise NotFound("tenant", tenant_id)
        return found

    def resource(
        self, tenant_id: TenantId, resource_id: ResourceId, *, fresh: bool = False
    ) -> Resource:
        with self.state.lock:
            return self.state.resources.get(tenant_id, resource_id)

    def service(
        self, tenant_id: TenantId, service_id: ServiceId, *, fresh: bool = False
    ) -> Service:
        with self.state.lock:
            return self.state.services.get(tenant_id, service_id)

    def performance(
        self, tenant_id: TenantId, performance_id: PerformanceId, *, fresh: bool = False
    ) -> Performance:
        with self.state.lock:
            return self.state.performances.get(tenant_id, performance_id)

    def resources(self, tenant_id: TenantId, page: PageRequest) -> Page[Resource]:
        with self.state.lock:
            return self.state.resources.page(tenant_id, page)

    def services(self, tenant_id: TenantId, page: PageRequest) -> Page[Service]:
        with self.state.lock:
            return self.state.services.page(tenant_id, page)

    def performances(self, tenant_id: TenantId, page: PageRequest) -> Page[Performance]:
        with self.state.lock:
            return self.state.performances.page(tenant_id, page)

    def save_tenant(self, tenant: Tenant) -> None:
        with self.state.lock:
            self.state.tenants[tenant.id] = tenant

    def save_resource(self, resource: Resource) -> None:
        with self.state.lock:
            self.state.resources.refuse_stale(resource)
            claimed = self.state.claims.of_resource(resource.tenant_id, resource.id)
            gone = claimed.keys() - {unit.id for unit in resource.units}
            if gone:
                raise UnitsInUse(resource.id, tuple(sorted(gone)))
            self.state.resources.put(resource)

    def save_service(self, service: Service) -> None:
        with self.state.lock:
            self.state.services.put(service)

    def save_performance(self, performance: Performance) -> None:
        with self.state.lock:
            self.state.performances.put(performance)

    def tenants(self) -> Sequence[Tenant]:
        with self.state.lock:
            return tuple(sorted(self.state.tenants.values(), key=lambda tenant: tenant.id))
