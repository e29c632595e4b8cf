"""Where blocks rest in a database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from booking_adapters.sqlalchemy.codec import decode
from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.paging import FIRST_UUID, cut, is_uuid
from booking_adapters.sqlalchemy.statement import Statement, at_most
from booking_adapters.sqlalchemy.tables import block, resource
from booking_core.domain.availability.block import Block
from booking_core.domain.kernel.errors import InvalidInput, NotFound
from booking_core.domain.kernel.ids import BlockId, ResourceId, TenantId, UnitId
from booking_core.domain.kernel.span import Span
from booking_core.ports.block_repository import BlockRepository
from booking_core.ports.page import Page, PageRequest

_blocks = (
    sa.select(
        block.c.id,
        resource.c.id,
        block.c.unit_ids,
        block.c.starts_at,
        block.c.ends_at,
        block.c.reason,
        block.c.created_at,
        block.c.lifted_at,
        block.c.version,
    )
    .join(
        resource,
        (resource.c.tenant_id == block.c.tenant_id) & (resource.c.key == block.c.resource_key),
    )
    .where(block.c.tenant_id == sa.bindparam("tenant"))
)
_BLOCK = Statement(_blocks.where(block.c.id == sa.bindparam("id")))
_OF_RESOURCE = Statement(
    at_most(
        _blocks.where(
            block.c.resource_key == sa.bindparam("key"),
            block.c.lifted_at.is_(None),
            block.c.id > sa.bindparam("after"),
        ).order_by(block.c.id)
    )
)


class SqlBlockRepository(BlockRepository):
    """Every read is one query."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    def get(self, tenant_id: TenantId, block_id: BlockId) -> Block:
        tenant = self._keys.find_tenant(tenant_id)
        if tenant is not None and is_uuid(block_id):
            for row in self._database.rows(_BLOCK, {"tenant": tenant, "id": block_id}):
                return self._block(tenant_id, row)
        raise NotFound("block", block_id)

    def of_resource(
        self, tenant_id: TenantId, resource_id: ResourceId, page: PageRequest
    ) -> Page[Block]:
        if page.after is not None and not is_uuid(page.after):
            raise InvalidInput("after", "the cursor of an earlier answer")
        tenant = self._keys.find_tenant(tenant_id)
        keys = None if tenant is None else self._keys.resource(tenant, resource_id)
        if keys is None:
            return Page(entries=())
        after = page.after or FIRST_UUID
        asked = {"tenant": tenant, "key": keys.key, "after": after, "most": page.limit + 1}
        blocks = [self._block(tenant_id, row) for row in self._database.rows(_OF_RESOURCE, asked)]
        return cut(blocks, page.limit, lambda block: block.id)

    def _block(self, tenant_id: TenantId, row: Sequence[Any]) -> Block:
        id, resource_id, unit_ids, starts_at, ends_at, reason, created_at, lifted_at, version = row
        when = self._database.driver.from_instant
        return Block(
            tenant_id=tenant_id,
            id=id,
            resource_id=resource_id,
            unit_ids=decode(unit_ids, tuple[UnitId, ...]),
            span=Span(when(starts_at), when(ends_at)),
            reason=reason,
            created_at=when(created_at),
            lifted_at=when(lifted_at),
            version=version,
        )
