"""Confirmation codes: random, at least 50 bits, readable aloud."""

from __future__ import annotations

from typing import NewType

Code = NewType("Code", str)

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # No 0 or O, no 1, I or L.
LENGTH = 11  # 31^11 is 54 bits.
CODES = len(ALPHABET) ** LENGTH
PAIRS = tuple(first + second for second in ALPHABET for first in ALPHABET)  # Half the divisions.


def code_from(number: int) -> Code:
    """The code of a number below CODES, its least digit first."""
    pairs = []
    for _ in range(LENGTH // 2):
        number, pair = divmod(number, len(PAIRS))
        pairs.append(PAIRS[pair])
    return Code("".join(pairs) + ALPHABET[number])
