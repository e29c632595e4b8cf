"""JSON as RFC 8259 means it, and nothing that two readers could understand differently."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn

DEPTH_MAX = 32

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?')


class NotStrictJson(ValueError):
    """Says of the bytes why they are refused."""


def read_json(
    body: bytes, *, forbidden: re.Pattern[str], number: Callable[[str], Any] = float
) -> object:
    """The value, or NotStrictJson.

    Refuses bytes that are not UTF-8, keys given twice, NaN and Infinity, more than 32 levels, and
    forbidden characters in texts, escaped or not. `number` reads those with a fraction or exponent.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise NotStrictJson(f"byte {error.start} is not UTF-8") from None
    if text.count("[") + text.count("{") > DEPTH_MAX:
        _require_shallow(text)
    try:
        value = json.loads(
            text, object_pairs_hook=_once, parse_constant=_refuse_constant, parse_float=number
        )
    except json.JSONDecodeError as error:
        raise NotStrictJson(f"not JSON at character {error.pos}: {error.msg}") from None
    except NotStrictJson:
        raise
    except ValueError:  # Integers of thousands of digits.
        raise NotStrictJson("a number is too long") from None
    if "\\" in text or "\x7f" in text or not text.isascii():
        _require_allowed(value, forbidden)
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotStrictJson(f"the key {twice[:50]!a} is given twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise NotStrictJson(f"{name} is not JSON")


def _require_shallow(text: str) -> None:
    depth = 0
    for character in re.sub(r"[^\[\]{}]", "", _STRING.sub("", text)):
        depth += 1 if character in "[{" else -1
        if depth > DEPTH_MAX:
            raise NotStrictJson(f"more than {DEPTH_MAX} levels deep")


def _require_allowed(value: object, forbidden: re.Pattern[str]) -> None:
    if isinstance(value, str):
        if found := forbidden.search(value):
            raise NotStrictJson(f"the character U+{ord(found[0]):04X} is not allowed in a text")
    elif isinstance(value, dict):
        for name, part in value.items():
            _require_allowed(name, forbidden)
            _require_allowed(part, forbidden)
    elif isinstance(value, list):
        for part in value:
            _require_allowed(part, forbidden)
