"""The integers that stand for tenants, resources and units in the tables.

They are given once and never change, so what was read once holds for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

import sqlalchemy as sa

from booking_adapters.sqlalchemy.cache import Cache
from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.statement import Statement
from booking_adapters.sqlalchemy.tables import resource, tenant, unit
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import ResourceId, TenantId, UnitId

TENANTS_KEPT = 10_000
RESOURCES_KEPT = 10_000

_TENANT = Statement(sa.select(tenant.c.key).where(tenant.c.id == sa.bindparam("id")))
_TENANT_ID = Statement(sa.select(tenant.c.id).where(tenant.c.key == sa.bindparam("key")))
_UNITS = Statement(
    sa.select(resource.c.key, unit.c.number, unit.c.id)
    .join(
        unit,
        (unit.c.tenant_id == resource.c.tenant_id) & (unit.c.resource_key == resource.c.key),
    )
    .where(resource.c.tenant_id == sa.bindparam("tenant"), resource.c.id == sa.bindparam("id"))
)


@dataclass(frozen=True, slots=True)
class ResourceKeys:
    """A resource's key, and all units that it has or had: their numbers, and whose they are."""

    key: int
    numbers: Mapping[UnitId, int]
    names: Mapping[int, UnitId]


class Keys:
    """Looks names up, once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tenants: Cache[TenantId, int] = Cache(TENANTS_KEPT)
        self._tenant_ids: Cache[int, TenantId] = Cache(TENANTS_KEPT)
        self._resources: Cache[tuple[int, ResourceId], ResourceKeys] = Cache(RESOURCES_KEPT)

    def find_tenant(self, tenant_id: TenantId) -> int | None:
        """The tenant's key, if there is such a tenant."""
        key = self._tenants.get(tenant_id)
        if key is not None:
            return key
        found = self._database.rows(_TENANT, {"id": tenant_id})
        return self._tenants.put(tenant_id, found[0][0]) if found else None

    def tenant(self, tenant_id: TenantId) -> int:
        """The tenant's key, or NotFound."""
        key = self.find_tenant(tenant_id)
        if key is None:
            raise NotFound("tenant", tenant_id)
        return key

    def tenant_id(self, key: int) -> TenantId:
        """The tenant whose key that is."""
        tenant_id = self._tenant_ids.get(key)
        if tenant_id is not None:
            return tenant_id
        ((found,),) = self._database.rows(_TENANT_ID, {"key": key})
        return self._tenant_ids.put(key, TenantId(found))

    def resource(
        self, tenant: int, resource_id: ResourceId, having: Iterable[UnitId] = ()
    ) -> ResourceKeys | None:
        """The resource's keys, if it exists; read again if those units are not among them."""
        kept = self._resources.get((tenant, resource_id))
        if kept is not None and all(unit_id in kept.numbers for unit_id in having):
            return kept
        return self._resource_anew(tenant, resource_id)

    def names(
        self, tenant: int, resource_id: ResourceId, numbers: Set[int]
    ) -> Mapping[int, UnitId]:
        """The units by their numbers; read again if one of these is not among them."""
        kept = self._resources.get((tenant, resource_id))
        if kept is None or not numbers <= kept.names.keys():
            kept = self._resource_anew(tenant, resource_id)
        return {} if kept is None else kept.names

    def _resource_anew(self, tenant: int, resource_id: ResourceId) -> ResourceKeys | None:
        units = self._database.rows(_UNITS, {"tenant": tenant, "id": resource_id})
        if not units:  # Every resource has at least one.
            return None
        keys = ResourceKeys(
            key=units[0][0],
            numbers={UnitId(id): number for _, number, id in units},
            names={number: UnitId(id) for _, number, id in units},
        )
        return self._resources.put((tenant, resource_id), keys)
