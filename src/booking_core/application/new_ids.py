"""Fresh ids and codes out of the clock and the bits the host supplies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from booking_core.domain.booking.code import CODES, Code, code_from
from booking_core.domain.kernel.ids import uuid7
from booking_core.domain.kernel.span import to_microseconds
from booking_core.ports.clock import Clock
from booking_core.ports.randomness import Randomness

RANDOM_VALUES = 1 << 74  # As many bits as a UUIDv7 has room for.


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIds:
    """UUIDv7s: they sort by time, so indexes grow at one end."""

    clock: Clock
    randomness: Randomness

    def one(self) -> str:
        now_ms = to_microseconds(self.clock.now()) // 1000
        return uuid7(now_ms, self.randomness.below(RANDOM_VALUES))

    def many(self) -> Iterator[str]:
        while True:
            yield self.one()

    def code(self) -> Code:
        return code_from(self.randomness.below(CODES))
