"""The kinds of text that a client may send, each with its meaning."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec

NOT_BEFORE_A_LINE_FEED = r"(?!\n)"  # Where Python's $ would still match.
MEANINGS: dict[str, str] = {}  # By pattern: what a refusal says in place of it.


def _text(pattern: str, meaning: str, example: str) -> msgspec.Meta:
    anchored = f"^{pattern}{NOT_BEFORE_A_LINE_FEED}$"
    MEANINGS[anchored] = meaning
    return msgspec.Meta(pattern=anchored, description=meaning, examples=[example])


Name: TypeAlias = Annotated[
    str,
    _text(
        r"[A-Za-z0-9][A-Za-z0-9._:|@+-]{0,127}", "1 to 128 letters, digits or ._:|@+-", "room-12"
    ),
]
Title: TypeAlias = Annotated[
    str, _text(r"[^\u0000-\u001f]{1,200}", "one line of 1 to 200 characters", "Room with a view")
]
Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=2000)]
Category: TypeAlias = Annotated[
    str, _text(r"[^\u0000-\u001f]{0,100}", "one line of at most 100 characters", "stalls")
]
Reason: TypeAlias = Annotated[
    str,
    _text(
        r"[a-z][a-z0-9_]{0,63}",
        "a reason code: 1 to 64 lower-case letters, digits or underscores",
        "changed_plans",
    ),
]
Duration: TypeAlias = Annotated[
    str,
    _text(
        r"P(?=[\dT])(\d{1,6}D)?(T(?=\d)(\d{1,9}H)?(\d{1,9}M)?(\d{1,9}(\.\d{1,6})?S)?)?",
        "an ISO 8601 duration in days, hours, minutes and seconds, such as PT30M",
        "PT30M",
    ),
]
Opens: TypeAlias = Annotated[
    str, _text(r"([01]\d|2[0-3]):[0-5]\d", "a local time from 00:00 to 23:59", "09:00")
]
Closes: TypeAlias = Annotated[
    str,
    _text(
        r"(([0-3]\d|4[0-7]):[0-5]\d|48:00)",
        "a local time; past midnight it goes on counting, to 48:00",
        "17:30",
    ),
]
Local: TypeAlias = Annotated[
    str,
    _text(
        r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?",
        "a local time such as 2030-06-03T09:00",
        "2030-06-03T09:00",
    ),
]
