"""JSON as RFC 8259 means it, and nothing that two readers could understand differently."""

from __future__ import annotations

import json
import re
from typing import NoReturn

from booking_http.refusals import MalformedRequest

DEPTH_MAX = 32

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?')
# Control characters but tab and line feed; line and paragraph separators; halves of a character.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def read_json(body: bytes) -> object:
    """The value, or MalformedRequest.

    Refuses bytes that are not UTF-8, keys given twice, NaN and Infinity, more than 32 levels, and
    control characters in texts, escaped or not.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise MalformedRequest(f"byte {error.start} is not UTF-8") from None
    if text.count("[") + text.count("{") > DEPTH_MAX:
        _require_shallow(text)
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise MalformedRequest(f"not JSON at character {error.pos}: {error.msg}") from None
    except ValueError:  # Integers of thousands of digits.
        raise MalformedRequest("a number is too long") from None
    if "\\" in text or "\x7f" in text or not text.isascii():
        _require_printable(value)
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedRequest(f"the key {twice[:50]!a} is given twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedRequest(f"{name} is not JSON")


def _require_shallow(text: str) -> None:
    depth = 0
    for character in re.sub(r"[^\[\]{}]", "", _STRING.sub("", text)):
        depth += 1 if character in "[{" else -1
        if depth > DEPTH_MAX:
            raise MalformedRequest(f"more than {DEPTH_MAX} levels deep")


def _require_printable(value: object) -> None:
    if isinstance(value, str):
        if found := _UNPRINTABLE.search(value):
            raise MalformedRequest(f"the character U+{ord(found[0]):04X} is not allowed in a text")
    elif isinstance(value, dict):
        for name, part in value.items():
            _require_printable(name)
            _require_printable(part)
    elif isinstance(value, list):
        for part in value:
            _require_printable(part)
