"""Where tenants, resources, services and performances rest."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from booking_core.domain.catalogue.performance import Performance
from booking_core.domain.catalogue.resource import Resource
from booking_core.domain.catalogue.service import Service
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.domain.kernel.ids import PerformanceId, ResourceId, ServiceId, TenantId
from booking_core.ports.page import Page, PageRequest


@dataclass(eq=False)
class UnitsInUse(BookingError):
    """Units of the resource {resource_id} have claims, so they cannot go: {unit_ids}"""

    code = "units-in-use"
    kind = Kind.CONFLICT
    resource_id: str
    unit_ids: tuple[str, ...]


class CatalogueRepository(Protocol):
    """Contract: tests/contract/test_catalogue_repository.py.

    Reads may be a little old (an adapter may keep what it read): whoever commits a booking says
    by which revisions it was judged, and is refused if they do not stand any more. `fresh=True`
    asks past anything kept.
    """

    @abstractmethod
    def tenant(self, tenant_id: TenantId) -> Tenant:
        """The tenant, or NotFound."""
        ...

    @abstractmethod
    def resource(
        self, tenant_id: TenantId, resource_id: ResourceId, *, fresh: bool = False
    ) -> Resource:
        """The resource with its units, or NotFound."""
        ...

    @abstractmethod
    def service(
        self, tenant_id: TenantId, service_id: ServiceId, *, fresh: bool = False
    ) -> Service:
        """The service, or NotFound."""
        ...

    @abstractmethod
    def performance(
        self, tenant_id: TenantId, performance_id: PerformanceId, *, fresh: bool = False
    ) -> Performance:
        """The performance, or NotFound."""
        ...

    @abstractmethod
    def resources(self, tenant_id: TenantId, page: PageRequest) -> Page[Resource]:
        """Resources by id."""
        ...

    @abstractmethod
    def services(self, tenant_id: TenantId, page: PageRequest) -> Page[Service]:
        """Services by id."""
        ...

    @abstractmethod
    def performances(self, tenant_id: TenantId, page: PageRequest) -> Page[Performance]:
        """Performances by id."""
        ...

    @abstractmethod
    def save_tenant(self, tenant: Tenant) -> None:
        """Store it, new or changed."""
        ...

    @abstractmethod
    def save_resource(self, resource: Resource) -> None:
        """Store revision 1 as new, or revision n over n - 1.

        Raises StaleCatalogue when another revision stands, and UnitsInUse when a unit would go
        that has live claims.
        """
        ...

    @abstractmethod
    def save_service(self, service: Service) -> None:
        """Store revision 1 as new, or revision n over n - 1, or StaleCatalogue."""
        ...

    @abstractmethod
    def save_performance(self, performance: Performance) -> None:
        """Store revision 1 as new, or revision n over n - 1, or StaleCatalogue."""
        ...

    @abstractmethod
    def tenants(self) -> Sequence[Tenant]:
        """All tenants, for sweepers and reconciliation."""
        ...
