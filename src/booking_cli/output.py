"""Answers: a table for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import click

JSON_WANTED = "booking_cli.json"


def _note(context: click.Context, _: click.Parameter, wanted: bool) -> bool:
    context.meta[JSON_WANTED] = wanted  # Shared with the group, which reports refusals.
    return wanted


json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_note,
    help="Print JSON, for programs.",
)


def wants_json(context: click.Context | None = None) -> bool:
    """Whether the command that runs was asked for JSON."""
    return bool((context or click.get_current_context()).meta.get(JSON_WANTED))


def show(answer: object, people: Callable[[], None]) -> None:
    """Print the answer as JSON, or let `people` print it."""
    if wants_json():
        click.echo(json.dumps(plain(answer), indent=2, ensure_ascii=False))
    else:
        people()


def show_line(answer: object, people: str) -> None:
    """One of many answers: a line of JSON, or a line for people."""
    click.echo(json.dumps(plain(answer), ensure_ascii=False) if wants_json() else people)


def plain(value: Any) -> Any:
    """The value as JSON knows it: instants in RFC 3339, durations in seconds, the rest as text."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return str(value)
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case timedelta():
            return value.total_seconds()
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case _:
            return str(value)
