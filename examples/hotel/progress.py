"""A progress bar on standard error: rich's where it is installed, else a plain one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def tracked(things: Iterable[T], title: str, total: int) -> Iterator[T]:
    """The things themselves; the bar moves as they are taken."""
    try:
        from rich.console import Console
        from rich.progress import track
    except ModuleNotFoundError:
        return _plain(things, title, total)
    return iter(track(things, title, total, console=Console(stderr=True)))


def _plain(things: Iterable[T], title: str, total: int) -> Iterator[T]:
    shown = -1
    for number, thing in enumerate(things):
        percent = 100 * number // max(1, total)
        if percent > shown:
            print(f"\r{title} {percent:3} %", end="", file=sys.stderr, flush=True)
            shown = percent
        yield thing
    print(f"\r{title} 100 %", file=sys.stderr)
