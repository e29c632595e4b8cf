"""The kinds of text that a client may send."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec

# An anchor that no line feed slips past, in this language and in JavaScript.
Name: TypeAlias = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:|@+-]{0,127}(?!\n)$",
        description="1 to 128 letters, digits or ._:|@+-",
        examples=["room-12"],
    ),
]
Line: TypeAlias = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[^\u0000-\u001f]{1,200}(?!\n)$", description="One line, 1 to 200 characters"
    ),
]
Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=2000)]
Reason: TypeAlias = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[a-z][a-z0-9_]{0,63}(?!\n)$",
        description="A reason code: lower-case letters, digits and underscores",
        examples=["changed_plans"],
    ),
]
