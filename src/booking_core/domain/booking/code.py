"""Confirmation codes: random, at least 50 bits, readable aloud."""

from __future__ import annotations

from typing import NewType

Code = NewType("Code", str)

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # No 0 or O, no 1, I or L.
LENGTH = 11  # 31^11 is 54 bits.
CODES = len(ALPHABET) ** LENGTH


def code_from(number: int) -> Code:
    """The code of a number below CODES."""
    letters = []
    for _ in range(LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return Code("".join(letters))
