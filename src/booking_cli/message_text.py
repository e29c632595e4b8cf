"""What strangers wrote, fit for a terminal."""

from __future__ import annotations

LONGEST = 4096


def shown(text: str, longest: int = LONGEST) -> str:
    """The text on one line, cut where it is too long; what would steer a terminal is escaped."""
    cut = text if len(text) <= longest else text[:longest] + "…"
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in cut
    )
