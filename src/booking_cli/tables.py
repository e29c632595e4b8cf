"""Tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDEST = 10_000


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their columns; in a pipe as wide as it takes, so that nothing is cut."""
    console = Console()
    table = table_of(console, columns, rows)
    if not console.is_terminal:
        console.width = Console(width=WIDEST).measure(table).maximum
    console.print(table)


def table_of(console: Console, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """The rows under their columns, for that console."""
    box = SIMPLE_HEAD if console.is_terminal else None  # Programs like columns, not lines.
    table = Table(*columns, box=box)
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    return table
