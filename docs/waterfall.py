"""A trace as a picture: a bar per span, under its parent, along one axis of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

WIDTH, LABEL_WIDTH, RIGHT = 1000, 380, 90
ROW, BAR, TOP, INDENT = 24, 12, 64, 14
LEAST = 2  # Pixels, so that nothing is too short to be seen.
TICKS = 5
NICE = (1, 2, 5)
COLOURS = {"serve": "#2f6fb2", "relay": "#b2642f", "worker": "#3f8f4f"}
OTHER = "#777777"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One span, and which process it was in."""

    name: str
    process: str
    depth: int
    start: datetime
    end: datetime


def draw(bars: Sequence[Bar]) -> str:
    """The whole picture, as SVG; it has its own white ground, for dark pages."""
    begin = min(bar.start for bar in bars)
    total = _milliseconds(max(bar.end for bar in bars) - begin)
    height = TOP + ROW * len(bars) + 12
    scale = (WIDTH - LABEL_WIDTH - RIGHT) / total
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="12" role="img">',
        f"<title>One booking, from request to confirmation: {total:.0f} ms</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        *_legend(bars),
        *_axis(total, scale, height),
        *(part for row, bar in enumerate(bars) for part in _row(bar, row, begin, scale)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _legend(bars: Sequence[Bar]) -> Iterator[str]:
    for place, process in enumerate(dict.fromkeys(bar.process for bar in bars)):
        x = 12 + 130 * place
        yield f'<rect x="{x}" y="12" width="{BAR}" height="{BAR}" fill="{_colour(process)}"/>'
        yield f'<text x="{x + 18}" y="22">booking {escape(process)}</text>'


def _axis(total: float, scale: float, height: int) -> Iterator[str]:
    step = _nice(total / TICKS)
    tick = 0.0
    while tick <= total:
        x = LABEL_WIDTH + tick * scale
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{height - 8}" stroke="#dddddd"/>'
        yield f'<text x="{x:.1f}" y="{TOP - 14}" text-anchor="middle">{tick:g} ms</text>'
        tick += step


def _row(bar: Bar, row: int, begin: datetime, scale: float) -> Iterator[str]:
    y = TOP + ROW * row
    x = LABEL_WIDTH + _milliseconds(bar.start - begin) * scale
    took = _milliseconds(bar.end - bar.start)
    width = max(took * scale, LEAST)
    yield f'<text x="{12 + INDENT * bar.depth}" y="{y + 11}">{escape(bar.name)}</text>'
    yield (
        f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"'
        f' fill="{_colour(bar.process)}"/>'
    )
    yield f'<text x="{x + width + 5:.1f}" y="{y + 10}" fill="#555555">{took:.1f} ms</text>'


def _colour(process: str) -> str:
    return COLOURS.get(process, OTHER)


def _nice(step: float) -> float:
    """The next of 1, 2, 5, 10, 20, … that is not smaller."""
    power = 1.0
    while True:
        for digit in NICE:
            if digit * power >= step:
                return digit * power
        power *= 10


def _milliseconds(span: timedelta) -> float:
    return span / timedelta(milliseconds=1)
