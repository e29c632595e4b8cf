"""`booking queues`: what waits for each consumer, in the broker and in our own tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

import click
from rich.console import Console
from rich.live import Live

from booking_adapters.brokers.depth import queue_depth
from booking_adapters.composition import Composition
from booking_adapters.consumers.registry import CONSUMERS
from booking_cli.output import json_option, show, show_line, wants_json
from booking_cli.session import opened
from booking_cli.stopping import stopping
from booking_cli.tables import print_table, table_of
from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.ports.inbox import LetterCount

COLUMNS = ("consumer", "queue", "in broker", "to retry", "due for seconds", "dead")
Line: TypeAlias = Mapping[str, object]


@click.command("queues")
@click.option(
    "--watch",
    "every_seconds",
    type=click.FloatRange(0.1, 86_400),
    metavar="SECONDS",
    help="Again and again, until SIGTERM.",
)
@json_option
def command(every_seconds: float | None) -> None:
    """Say what waits for each consumer: in the broker, for a retry, and as dead letters.

    What the broker cannot tell, or is not there to tell, is left empty. Changes nothing.
    """
    with opened() as composition:
        if every_seconds is not None:
            _watch(composition, every_seconds)
            return
        lines = _look(composition)
        show(lines, lambda: print_table(COLUMNS, _rows(lines)))


def _watch(composition: Composition, every_seconds: float) -> None:
    """A table that changes in its place, or a line each time where nobody sees it."""
    console = Console()
    live = console.is_terminal and not wants_json()
    with stopping() as stopped, Live(console=console, auto_refresh=False) as screen:
        while not stopped.is_set():
            try:
                lines = _look(composition)
            except BookingError as refusal:  # Storage that is away may be back at the next round.
                if refusal.kind is not Kind.BUSY:
                    raise
                click.echo(refusal.message, err=True)
            else:
                if live:
                    screen.update(table_of(console, COLUMNS, _rows(lines)), refresh=True)
                else:
                    at = composition.engine.ports.clock.now()
                    show_line({"at": at, "queues": lines}, f"{at:%H:%M:%S}  {_line(lines)}")
            stopped.wait(every_seconds)


def _look(composition: Composition) -> Sequence[Line]:
    now = composition.engine.ports.clock.now()
    counts = {count.consumer: count for count in composition.storage.inbox.counts()}
    names = sorted({*CONSUMERS, *counts})
    queues = {name: _queue(composition, name) for name in names}
    depths = _depths(composition, [queue for queue in queues.values() if queue is not None])
    return [_facts(name, queues[name], depths, counts.get(name), now) for name in names]


def _facts(
    name: str,
    queue: str | None,
    depths: Mapping[str, int],
    count: LetterCount | None,
    now: datetime,
) -> Line:
    due = None if count is None else count.oldest_due
    return {
        "consumer": name,
        "queue": queue,
        "inBroker": None if queue is None else depths.get(queue),
        "toRetry": 0 if count is None else count.waiting,
        "dueForSeconds": None if due is None else max(now - due, timedelta(0)),
        "dead": 0 if count is None else count.dead,
    }


def _queue(composition: Composition, name: str) -> str | None:
    broker = composition.settings.broker
    return broker.queue(name) if broker is not None and name in CONSUMERS else None


def _depths(composition: Composition, queues: Sequence[str]) -> Mapping[str, int]:
    broker = composition.settings.broker
    return {} if broker is None else queue_depth(broker.url.reveal(), queues)


def _rows(lines: Sequence[Line]) -> list[list[object]]:
    return [[_cell(fact) for fact in line.values()] for line in lines]


def _cell(fact: object) -> object:
    return f"{fact.total_seconds():.1f}" if isinstance(fact, timedelta) else fact


def _line(lines: Sequence[Line]) -> str:
    return "; ".join(
        f"{line['consumer']}: {line['toRetry']} to retry, {line['dead']} dead"
        + ("" if line["inBroker"] is None else f", {line['inBroker']} in the broker")
        for line in lines
    )
