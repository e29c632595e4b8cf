"""Bodies as strict JSON."""

from __future__ import annotations

import re

from booking_adapters import strict_json
from booking_http.refusals import MalformedRequest

# Control characters but tab and line feed; line and paragraph separators; halves of a character.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def read_json(body: bytes) -> object:
    """The value, or MalformedRequest: for what is no JSON, and for control characters in texts."""
    try:
        return strict_json.read_json(body, forbidden=_UNPRINTABLE)
    except strict_json.NotStrictJson as error:
        raise MalformedRequest(str(error)) from None
