"""The operating system's randomness."""

from __future__ import annotations

import os

from booking_core.ports.randomness import Randomness


class SystemRandomness(Randomness):
    """Unguessable: ids and confirmation codes may be made of it."""

    def below(self, bound: int) -> int:
        # secrets.randbelow asks for one bit too many where the bound is a power of two, as an
        # id's is, and so throws every second draw away.
        bits = (bound - 1).bit_length()
        octets, spare = -(-bits // 8), -bits % 8
        while (drawn := int.from_bytes(os.urandom(octets), "big") >> spare) >= bound:
            pass
        return drawn
