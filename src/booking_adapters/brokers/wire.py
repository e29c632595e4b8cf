"""What every broker does alike with a message's key, topic and headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

KEY = "booking-key"  # A header, on brokers that know no keys.
TOPIC = "booking-topic"  # A header, where the broker's own word for it says something else.
CONTENT_TYPE = "content-type"  # A header of ours, a property of AMQP.


def as_headers(found: Mapping[object, object] | None) -> dict[str, str]:
    """The headers that are plain; from others we take no lists, tables or revived objects."""
    return {
        name: value if isinstance(value, str) else str(value)
        for name, value in (found or {}).items()
        if isinstance(name, str) and isinstance(value, str | int | float)
    }


@lru_cache(maxsize=1024)
def _pattern(binding: str) -> re.Pattern[str]:
    parts = {"*": r"[^.]*\.", "#": r"(?:[^.]*\.)*"}
    words = binding.split(".")
    return re.compile("".join(parts.get(word, re.escape(word) + r"\.") for word in words))


def fits(topic: str, binding: str) -> bool:
    """Whether a binding takes the topic: `*` is one word, `#` any number of them."""
    return _pattern(binding).fullmatch(topic + ".") is not None
