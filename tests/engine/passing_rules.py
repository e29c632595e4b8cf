"""Time passes, is swept up after, and units are taken out of service."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from booking_core.application.availability.block_units import BlockUnits
from booking_core.application.availability.lift_block import LiftBlock
from booking_core.domain.kernel.ids import BlockId, ResourceId
from tests.engine.model import Part
from tests.engine.seen import Seen
from tests.engine.wishes import parts, whichever
from tests.unit.application.house import OWNER


class PassingRules(Seen):
    """The clock only goes forward."""

    @rule(minutes=st.sampled_from((5, 10, 60, 300)))
    def wait(self, minutes: int) -> None:
        self.model.now += timedelta(minutes=minutes)
        self.next_door.now = self.model.now
        self.house.clock.set(self.model.now)

    @rule()
    def sweep(self) -> None:
        """Afterwards no overdue hold is left."""
        self.do(self.engine.lapse_holds)
        for stay in (*self.model.stays.values(), *self.next_door.stays.values()):
            if stay.is_overdue(self.model.now):
                stay.state, stay.expires = "EXPIRED", None

    @precondition(lambda self: len(self.model.blocks) < 2)
    @rule(part=parts)
    def block(self, part: Part) -> None:
        """All of a resource."""
        kept = Part(part.resource, part.start, part.end, 1)
        start, end = kept.start, kept.end
        in_the_way = any(
            other.resource == kept.resource and other.claimed[0] < end and start < other.claimed[1]
            for other in self.model.standing()
        )
        command = BlockUnits(resource_id=ResourceId(kept.resource), start=start, end=end)
        done = self.attempt(self.engine.block_units, command, OWNER, can=not in_the_way)
        if done is not None:
            (block,) = done.blocks
            self.model.blocks[block.id] = _whole(kept, len(block.unit_ids))

    @precondition(lambda self: self.model.blocks)
    @rule(which=whichever)
    def lift(self, which: int) -> None:
        id = sorted(self.model.blocks)[which % len(self.model.blocks)]
        self.do(self.engine.lift_block, LiftBlock(block_id=BlockId(id)), OWNER)
        del self.model.blocks[id]


def _whole(part: Part, units: int) -> Part:
    """A block has no buffers."""
    buffer = part.start - part.claimed[0]
    return Part(part.resource, part.start + buffer, part.end, units, ended=part.end)
