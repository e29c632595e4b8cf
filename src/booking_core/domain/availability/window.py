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

    InvalidInput if that is more than can be read at once.
    """
    rules = resource.rules
    after = duration + rules.buffer_after
    if duration <= timedelta(0):
        raise InvalidInput("duration", "more than nothing")
    if rules.buffer_before + bounded(window).duration + after > LONGEST:
        raise InvalidInput("to", f"a window that ends {LONGEST.days} days from its start or less")
    return window.widened(rules.buffer_before, after)
