"""Reason codes: short, for programs; never free text about a person."""

from __future__ import annotations

import re

from booking_core.domain.kernel.errors import InvalidInput

_REASON = re.compile(r"[a-z][a-z0-9_]{0,63}")


def reason_code(text: str) -> str:
    """The text itself if it is a reason code, else InvalidInput."""
    if type(text) is not str or not _REASON.fullmatch(text):
        raise InvalidInput("reason", "1 to 64 lower-case letters, digits or underscores")
    return text
