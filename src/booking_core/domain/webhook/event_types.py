"""Which events a webhook wants: types by name, or all below a prefix."""

from __future__ import annotations

import re
from collections.abc import Collection

from booking_core.domain.kernel.errors import InvalidInput

EVERYTHING = "*"
BELOW = ".*"
PATTERNS_MAX = 50
_PATTERN = re.compile(r"\*|[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62}){0,3}(\.\*)?")


def valid_patterns(patterns: tuple[str, ...]) -> None:
    """Raise InvalidInput unless there is at least one, and each can match something, and once."""
    if not 1 <= len(patterns) <= PATTERNS_MAX:
        raise InvalidInput("events", f"1 to {PATTERNS_MAX} types of events")
    for number, pattern in enumerate(patterns):
        if not _PATTERN.fullmatch(pattern):
            expected = "a type of event such as booking.created, or booking.*, or *"
            raise InvalidInput(f"events[{number}]", expected)
    if len(set(patterns)) < len(patterns):
        raise InvalidInput("events", "each of them once")


def matches(patterns: Collection[str], event_type: str) -> bool:
    """Whether one of the patterns means that type."""
    return any(
        pattern in (EVERYTHING, event_type)
        or (pattern.endswith(BELOW) and event_type.startswith(pattern[: -len(BELOW)] + "."))
        for pattern in patterns
    )
