"""Give blocked units back for sale."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.caller import Caller
from booking_core.domain.availability.block import Block
from booking_core.domain.kernel.errors import Forbidden, NotFound
from booking_core.domain.kernel.ids import BlockId
from booking_core.ports.block_repository import BlockRepository
from booking_core.ports.catalogue_repository import CatalogueRepository
from booking_core.ports.clock import Clock
from booking_core.ports.unit_of_work import Changes, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftBlock:
    """From now on its units can be booked again."""

    block_id: BlockId


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftBlockHandler:
    """For the resource's provider."""

    catalogue: CatalogueRepository
    blocks: BlockRepository
    unit_of_work: UnitOfWork
    clock: Clock

    def __call__(self, command: LiftBlock, by: Caller) -> Block:
        """The block, lifted now or before; NotFound for what another provider keeps from sale."""
        block = self.blocks.get(by.tenant_id, command.block_id)
        try:
            by.own(self.catalogue.resource(by.tenant_id, block.resource_id).provider_id)
        except Forbidden:
            raise NotFound("block", block.id) from None
        if block.lifted_at is not None:
            return block
        now = self.clock.now()
        lifted = block.lift(now)
        self.unit_of_work.commit(
            Changes(
                tenant_id=by.tenant_id,
                now=now,
                blocks=(lifted,),
                released=tuple(block.claims()),
            )
        )
        return lifted
