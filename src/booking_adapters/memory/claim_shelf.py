"""All live claims, by unit and time, and by what holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from booking_adapters.memory.timeline import Timeline
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.ids import BlockId, BookingId, ResourceId, TenantId, UnitId
from booking_core.domain.kernel.span import Span

Holder: TypeAlias = tuple[BookingId | None, BlockId | None]
Place: TypeAlias = tuple[ResourceId, UnitId, Span]


def holder(claim: Claim) -> Holder:
    """The booking or the block."""
    return claim.booking_id, claim.block_id


def place(claim: Claim) -> Place:
    """Which unit is claimed when: no two claims of one holder share it."""
    return claim.resource_id, claim.unit_id, claim.span


def following(claim: Claim, booking: Booking) -> Claim:
    """The claim of a booking as it is once the booking is saved."""
    pinned = claim.pinned or booking.checked_in_at is not None
    return replace(claim, held_until=booking.expires_at, pinned=pinned)


class ClaimShelf:
    """It keeps what it is given; whoever puts a claim has made sure that nothing is in its way."""

    def __init__(self) -> None:
        self._timelines: dict[tuple[TenantId, ResourceId], dict[UnitId, Timeline]] = {}
        self._held: dict[tuple[TenantId, Holder], dict[Place, Claim]] = {}

    def put(self, tenant_id: TenantId, claim: Claim) -> None:
        """Keep one more live claim."""
        units = self._timelines.setdefault((tenant_id, claim.resource_id), {})
        units.setdefault(claim.unit_id, Timeline()).add(claim)
        self._held.setdefault((tenant_id, holder(claim)), {})[place(claim)] = claim

    def take(self, tenant_id: TenantId, claim: Claim) -> None:
        """Remove the claim that its holder has on that place."""
        held = self._held[tenant_id, holder(claim)]
        standing = held.pop(place(claim))
        if not held:
            del self._held[tenant_id, holder(claim)]
        units = self._timelines[tenant_id, claim.resource_id]
        units[claim.unit_id].remove(standing)
        if not units[claim.unit_id]:
            del units[claim.unit_id]

    def stands(self, tenant_id: TenantId, claim: Claim) -> bool:
        """Whether its holder has a live claim on that place."""
        return place(claim) in self._held.get((tenant_id, holder(claim)), {})

    def of_booking(self, tenant_id: TenantId, booking_id: BookingId) -> Sequence[Claim]:
        """What the booking claims now."""
        return tuple(self._held.get((tenant_id, (booking_id, None)), {}).values())

    def of_block(self, tenant_id: TenantId, block_id: BlockId) -> Sequence[Claim]:
        """What the block claims now."""
        return tuple(self._held.get((tenant_id, (None, block_id)), {}).values())

    def in_the_way(self, tenant_id: TenantId, wanted: Claim) -> Sequence[Claim]:
        """Claims that overlap the wanted one on its unit, by start."""
        timeline = self.of_resource(tenant_id, wanted.resource_id).get(wanted.unit_id)
        return timeline.overlapping(wanted.span) if timeline else ()

    def of_resource(
        self, tenant_id: TenantId, resource_id: ResourceId
    ) -> Mapping[UnitId, Timeline]:
        """The timelines of its units; a unit without a live claim has none."""
        return self._timelines.get((tenant_id, resource_id), {})

    def timelines(self) -> Iterator[tuple[TenantId, ResourceId, UnitId, Timeline]]:
        """All there are."""
        for (tenant_id, resource_id), units in self._timelines.items():
            for unit_id, timeline in units.items():
                yield tenant_id, resource_id, unit_id, timeline
