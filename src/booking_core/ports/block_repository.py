"""Where blocks rest."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol

from booking_core.domain.availability.block import Block
from booking_core.domain.kernel.ids import BlockId, ResourceId, TenantId
from booking_core.ports.page import Page, PageRequest


class BlockRepository(Protocol):
    """Reads only; contract: tests/contract/test_block_repository.py."""

    @abstractmethod
    def get(self, tenant_id: TenantId, block_id: BlockId) -> Block:
        """The block, or NotFound."""
        ...

    @abstractmethod
    def of_resource(
        self, tenant_id: TenantId, resource_id: ResourceId, page: PageRequest
    ) -> Page[Block]:
        """Blocks of a resource that are not lifted, by id."""
        ...
