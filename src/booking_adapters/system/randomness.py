"""The operating system's randomness."""

from __future__ import annotations

import secrets

from booking_core.ports.randomness import Randomness


class SystemRandomness(Randomness):
    """Unguessable: ids and confirmation codes may be made of it."""

    def below(self, bound: int) -> int:
        return secrets.randbelow(bound)
