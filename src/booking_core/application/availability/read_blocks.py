"""Look at the blocks of a resource."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.caller import Caller
from booking_core.domain.availability.block import Block
from booking_core.domain.kernel.ids import ResourceId
from booking_core.ports.block_repository import BlockRepository
from booking_core.ports.catalogue_repository import CatalogueRepository
from booking_core.ports.page import Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBlocks:
    """For the resource's provider."""

    catalogue: CatalogueRepository
    blocks: BlockRepository

    def of_resource(self, resource_id: ResourceId, page: PageRequest, by: Caller) -> Page[Block]:
        """The blocks of a resource that are not lifted."""
        by.own(self.catalogue.resource(by.tenant_id, resource_id).provider_id)
        return self.blocks.of_resource(by.tenant_id, resource_id, page)
