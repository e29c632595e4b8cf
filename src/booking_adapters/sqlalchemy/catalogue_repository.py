"""Where tenants, resources, services and performances rest in a database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from booking_adapters.sqlalchemy.catalogue_rows import (
    performance_document,
    performance_of,
    resource_document,
    resource_of,
    service_document,
    service_of,
)
from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.shelf import Noun, Shelf
from booking_adapters.sqlalchemy.statement import ONE, ZERO, Statement, json_row, json_rows
from booking_adapters.sqlalchemy.tables import performance, resource, service, tenant, unit
from booking_adapters.sqlalchemy.unit_rows import UnitRows
from booking_core.domain.catalogue.performance import Performance
from booking_core.domain.catalogue.resource import Resource
from booking_core.domain.catalogue.service import Service
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import PerformanceId, ResourceId, ServiceId, TenantId
from booking_core.ports.catalogue_repository import CatalogueRepository
from booking_core.ports.page import Page, PageRequest

_units = (
    sa.select(
        json_rows(
            json_row(
                unit.c.position, unit.c.id, unit.c.category, unit.c.seat_row, unit.c.seat_number
            )
        )
    )
    .where(
        unit.c.tenant_id == resource.c.tenant_id,
        unit.c.resource_key == resource.c.key,
        unit.c.offered.is_not(None),
    )
    .correlate(resource)
    .scalar_subquery()
)


def _described(table: sa.Table) -> tuple[sa.ColumnElement[Any], ...]:
    return (table.c.id, table.c.provider_id, table.c.revision, table.c.document)


def _resource(tenant_id: TenantId, row: Sequence[Any]) -> Resource:
    *described, units = row
    placed = sorted(msgspec.json.decode(units))
    return resource_of(tenant_id, described, (unit[1:] for unit in placed))


# One query for a resource and its units: they are of one moment.
RESOURCE = Noun("resource", resource, (*_described(resource), _units), _resource)
SERVICE = Noun("service", service, _described(service), service_of)
PERFORMANCE = Noun(
    "performance",
    performance,
    (*_described(performance), performance.c.resource_id),
    performance_of,
)

_tenants = sa.select(tenant.c.id, tenant.c.name, tenant.c.cancels_on_external_refund)
_TENANT = Statement(_tenants.where(tenant.c.id == sa.bindparam("id")))
_TENANTS = Statement(_tenants.order_by(tenant.c.id))
_SAVE_TENANT = Statement(
    sa.text(
        "INSERT INTO booking_tenant (id, name, cancels_on_external_refund)"
        " VALUES (:id, :name, :cancels) ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
        " cancels_on_external_refund = excluded.cancels_on_external_refund"
    )
)
_NEXT_KEY = Statement(
    sa.select(sa.func.coalesce(sa.func.max(resource.c.key), ZERO) + ONE).where(
        resource.c.tenant_id == sa.bindparam("tenant")
    )
)


class SqlCatalogueRepository(CatalogueRepository):
    """Keeps what it read: a commit finds out if it was outdated."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._resources = Shelf(RESOURCE, database, keys)
        self._services = Shelf(SERVICE, database, keys)
        self._performances = Shelf(PERFORMANCE, database, keys)
        self._unit_rows = UnitRows(database.driver)

    def tenant(self, tenant_id: TenantId) -> Tenant:
        for row in self._database.rows(_TENANT, {"id": tenant_id}):
            return _tenant(row)
        raise NotFound("tenant", tenant_id)

    def resource(
        self, tenant_id: TenantId, resource_id: ResourceId, *, fresh: bool = False
    ) -> Resource:
        return self._resources.get(tenant_id, resource_id, fresh=fresh)

    def service(
        self, tenant_id: TenantId, service_id: ServiceId, *, fresh: bool = False
    ) -> Service:
        return self._services.get(tenant_id, service_id, fresh=fresh)

    def performance(
        self, tenant_id: TenantId, performance_id: PerformanceId, *, fresh: bool = False
    ) -> Performance:
        return self._performances.get(tenant_id, performance_id, fresh=fresh)

    def resources(self, tenant_id: TenantId, page: PageRequest) -> Page[Resource]:
        return self._resources.page(tenant_id, page)

    def services(self, tenant_id: TenantId, page: PageRequest) -> Page[Service]:
        return self._services.page(tenant_id, page)

    def performances(self, tenant_id: TenantId, page: PageRequest) -> Page[Performance]:
        return self._performances.page(tenant_id, page)

    def save_tenant(self, tenant: Tenant) -> None:
        facts = {
            "id": tenant.id,
            "name": tenant.name,
            "cancels": tenant.cancels_on_external_refund,
        }
        with self._database.connection() as connection:
            connection.execute(_SAVE_TENANT.text(self._database.driver.dialect), facts)

    def save_resource(self, resource: Resource) -> None:
        tenant = self._keys.tenant(resource.tenant_id)
        facts = _facts(tenant, resource, resource_document(resource))
        with self._database.transaction() as connection:
            if resource.revision == 1:
                text = _NEXT_KEY.text(self._database.driver.dialect)
                ((facts["key"],),) = connection.execute(text, {"tenant": tenant})
            self._resources.put(connection, resource, facts)
            self._unit_rows.put(connection, tenant, resource)
        self._resources.forget(resource.tenant_id, resource.id)

    def save_service(self, service: Service) -> None:
        tenant = self._keys.tenant(service.tenant_id)
        with self._database.connection() as connection:
            facts = _facts(tenant, service, service_document(service))
            self._services.put(connection, service, facts)

    def save_performance(self, performance: Performance) -> None:
        tenant = self._keys.tenant(performance.tenant_id)
        if self._keys.resource(tenant, performance.resource_id) is None:
            raise NotFound("resource", performance.resource_id)
        at = self._database.driver.to_instant
        facts = _facts(tenant, performance, performance_document(performance)) | {
            "resource_id": performance.resource_id,
            "starts_at": at(performance.during.start),
            "ends_at": at(performance.during.end),
        }
        with self._database.connection() as connection:
            self._performances.put(connection, performance, facts)

    def tenants(self) -> Sequence[Tenant]:
        return tuple(_tenant(row) for row in self._database.rows(_TENANTS, {}))


def _facts(tenant: int, entry: Resource | Service | Performance, document: str) -> dict[str, Any]:
    return {
        "tenant_id": tenant,
        "id": entry.id,
        "provider_id": entry.provider_id,
        "revision": entry.revision,
        "document": document,
    }


def _tenant(row: Sequence[Any]) -> Tenant:
    id, name, cancels = row
    return Tenant(id=TenantId(id), name=name, cancels_on_external_refund=bool(cancels))
