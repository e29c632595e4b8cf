"""How far one question about availability may reach."""

from __future__ import annotations

from datetime import timedelta

from booking_core.domain.catalogue.resource import Resource
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.span import LONGEST, Span

WINDOW_LONGEST = timedelta(days=92)


def bounded(window: Span) -> Span:
    """The window itself, or InvalidInput naming `to`."""
    if window.duration > WINDOW_LONGEST:
        raise InvalidInput("to", f"at most {WINDOW_LONGEST.days} days after the beginning")
    return window


def reach(resource: Resource, window: Span, duration: timedelta) -> Span:
    """The period whose claims decide what can start in the window and last so long.

    InvalidInput naming `to` or `duration` if that is more than can be looked at.
    """
    rules = resource.rules
    around = rules.buffer_before + bounded(window).duration + rules.buffer_after
    if not timedelta(0) < duration <= LONGEST - around:
        raise InvalidInput(
            "duration", f"more than nothing and at most {(LONGEST - around).days} days"
        )
    return window.widened(rules.buffer_before, duration + rules.buffer_after)
