"""Ask what is stored whether the promises hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from booking_core.ports.audit import Audit, Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Which promises were asked for, and what breaks them."""

    promises: tuple[str, ...]
    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    """Changes nothing, and may run while bookings are taken."""

    audit: Audit

    def __call__(
        self, told: Callable[[str, int], None] = lambda promise, found: None
    ) -> Verification:
        """Check them all; `told` hears of each promise with the number of its violations."""
        found: list[Violation] = []
        promises = self.audit.promises()
        for promise in promises:
            broken = tuple(self.audit.violations(promise))
            found += broken
            if told is not None:
                told(promise, len(broken))
        return Verification(promises=promises, violations=tuple(found))
