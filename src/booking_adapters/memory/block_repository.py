"""Where blocks rest in memory."""

from __future__ import annotations

from dataclasses import dataclass

from booking_adapters.memory.listing import first_page
from booking_adapters.memory.state import State
from booking_core.domain.availability.block import Block
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import BlockId, ResourceId, TenantId
from booking_core.ports.block_repository import BlockRepository
from booking_core.ports.page import Page, PageRequest


@dataclass(frozen=True, slots=True)
class MemoryBlockRepository(BlockRepository):
    """Blocks are few: a listing looks through all of them."""

    state: State

    def get(self, tenant_id: TenantId, block_id: BlockId) -> Block:
        with self.state.lock:
            found = self.state.blocks.get((tenant_id, block_id))
        if found is None:
            raise NotFound("block", block_id)
        return found

    def of_resource(
        self, tenant_id: TenantId, resource_id: ResourceId, page: PageRequest
    ) -> Page[Block]:
        with self.state.lock:
            standing = [
                block
                for block in self.state.blocks.values()
                if (block.tenant_id, block.resource_id) == (tenant_id, resource_id)
                and block.lifted_at is None
                and (page.after is None or block.id > page.after)
            ]
        by_id = sorted(standing, key=lambda block: block.id)
        return first_page(by_id, page.limit, lambda block: block.id)
