"""Keep units from sale for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from booking_core.application.caller import Caller
from booking_core.application.new_ids import NewIds
from booking_core.application.once import KeyReused, valid_key
from booking_core.application.operations.lapse_holds import LapseHolds
from booking_core.domain.availability.block import Block
from booking_core.domain.catalogue.resource import Resource
from booking_core.domain.kernel.errors import BookingError, InvalidInput, Kind, NotFound
from booking_core.domain.kernel.ids import BlockId, BookingId, ResourceId, UnitId, uuid8
from booking_core.domain.kernel.span import Span
from booking_core.ports.block_repository import BlockRepository
from booking_core.ports.catalogue_repository import CatalogueRepository
from booking_core.ports.clock import Clock
from booking_core.ports.occupancy import Occupancy
from booking_core.ports.unit_of_work import Changes, OverdueHoldsInTheWay, Taken, UnitOfWork

TURNS_MAX = 8


@dataclass(eq=False)
class BookingsInTheWay(BookingError):
    """These bookings have the units in that period: {booking_ids}"""

    code = "bookings-in-the-way"
    kind = Kind.CONFLICT
    booking_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockUnits:
    """Without units, all of the resource. `around_bookings` blocks only what is free of them."""

    resource_id: ResourceId
    start: datetime
    end: datetime
    unit_ids: tuple[UnitId, ...] = ()
    reason: str = ""
    around_bookings: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """The blocks that were made, and the live bookings that they had to leave alone."""

    blocks: tuple[Block, ...]
    left_alone: tuple[BookingId, ...] = ()
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockUnitsHandler:
    """For the resource's provider. A block never covers a live booking; it says which are there."""

    catalogue: CatalogueRepository
    blocks: BlockRepository
    occupancy: Occupancy
    unit_of_work: UnitOfWork
    lapse_holds: LapseHolds
    clock: Clock
    ids: NewIds

    def __call__(self, command: BlockUnits, by: Caller, key: str | None = None) -> Blocked:
        """The block, or BookingsInTheWay unless it goes around them, or Taken in a race.

        The key names the block: asked for again, it is found in place of being in its own way.
        """
        resource = self.catalogue.resource(by.tenant_id, command.resource_id)
        by.own(resource.provider_id)
        span, unit_ids = Span(command.start, command.end), _units(command, resource)
        block_id = BlockId(self.ids.one() if key is None else _named_by(valid_key(key), by))
        for _ in range(TURNS_MAX):
            earlier = self._earlier(command, block_id, span, key, by)
            if earlier is not None:
                return earlier
            try:
                blocked = self._plan(command, block_id, span, unit_ids, by)
                self._commit(blocked, by)
            except Taken:
                if self._earlier(command, block_id, span, key, by) is None:
                    raise
            except OverdueHoldsInTheWay as overdue:
                self.lapse_holds.these(by.tenant_id, [BookingId(i) for i in overdue.booking_ids])
            else:
                return blocked
        raise BookingsInTheWay(())

    def _earlier(
        self, command: BlockUnits, block_id: BlockId, span: Span, key: str | None, by: Caller
    ) -> Blocked | None:
        """What this very request made before."""
        if key is None:
            return None
        try:
            block = self.blocks.get(by.tenant_id, block_id)
        except NotFound:
            return None
        asked = (command.resource_id, span, command.reason)
        if (block.resource_id, block.span, block.reason) != asked:
            raise KeyReused(key)
        return Blocked(blocks=(block,), replayed=True)

    def _plan(
        self,
        command: BlockUnits,
        block_id: BlockId,
        span: Span,
        unit_ids: tuple[UnitId, ...],
        by: Caller,
    ) -> Blocked:
        now = self.clock.now()
        claims = self.occupancy.claims(by.tenant_id, command.resource_id, span, now)
        hit = [claim for claim in claims if claim.unit_id in unit_ids]
        bookings = tuple({c.booking_id: None for c in hit if c.booking_id is not None})
        if bookings and not command.around_bookings:
            raise BookingsInTheWay(bookings)
        taken = {claim.unit_id for claim in hit}
        free = tuple(unit_id for unit_id in unit_ids if unit_id not in taken)
        if not free:
            raise BookingsInTheWay(bookings)
        block = Block(
            tenant_id=by.tenant_id,
            id=block_id,
            resource_id=command.resource_id,
            unit_ids=free,
            span=span,
            reason=command.reason,
            created_at=now,
        )
        return Blocked(blocks=(block,), left_alone=bookings)

    def _commit(self, blocked: Blocked, by: Caller) -> None:
        self.unit_of_work.commit(
            Changes(
                tenant_id=by.tenant_id,
                now=self.clock.now(),
                blocks=blocked.blocks,
                claimed=tuple(claim for block in blocked.blocks for claim in block.claims()),
            )
        )


def _units(command: BlockUnits, resource: Resource) -> tuple[UnitId, ...]:
    unknown = [unit_id for unit_id in command.unit_ids if unit_id not in resource.units_by_id]
    if unknown or len(set(command.unit_ids)) != len(command.unit_ids):
        raise InvalidInput("unitIds", "units of the resource, each once")
    return command.unit_ids or resource.unit_ids


def _named_by(key: str, by: Caller) -> str:
    text = f"{by.tenant_id}\n{by.id}\n{key}"
    return uuid8(int.from_bytes(blake2b(text.encode(), digest_size=16).digest()))
