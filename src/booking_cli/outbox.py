"""`booking outbox`: how many events wait to be told, and since when."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from booking_adapters.composition import Composition
from booking_cli.output import json_option, show, show_line
from booking_cli.session import opened
from booking_cli.stopping import stopping
from booking_cli.tables import print_table
from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.ports.outbox import BACKLOG_MAX, Backlog


@click.command("outbox")
@click.option(
    "--watch",
    "every_seconds",
    type=click.FloatRange(0.1, 86_400),
    metavar="SECONDS",
    help="Again and again, a line each time, until SIGTERM.",
)
@json_option
def command(every_seconds: float | None) -> None:
    """Say how many events wait to be told to a broker, and since when.

    Changes nothing, and counts to a million at most.
    """
    with opened() as composition:
        if every_seconds is not None:
            _watch(composition, every_seconds)
            return
        backlog, now = _look(composition)
        show(
            _answer(backlog, now),
            lambda: print_table(
                ("waiting", "oldest", "for seconds"),
                [(_count(backlog), backlog.oldest, _seconds(_age(backlog, now)))],
            ),
        )


def _watch(composition: Composition, every_seconds: float) -> None:
    with stopping() as stopped:
        while not stopped.is_set():
            try:
                backlog, now = _look(composition)
            except BookingError as refusal:  # Storage that is away may be back at the next round.
                if refusal.kind is not Kind.BUSY:
                    raise
                click.echo(refusal.message, err=True)
            else:
                show_line({"at": now, **_answer(backlog, now)}, _line(backlog, now))
            stopped.wait(every_seconds)


def _look(composition: Composition) -> tuple[Backlog, datetime]:
    return composition.storage.outbox.backlog(), composition.engine.ports.clock.now()


def _answer(backlog: Backlog, now: datetime) -> dict[str, object]:
    age = _age(backlog, now)
    return {"waiting": backlog.count, "oldest": backlog.oldest, "forSeconds": age}


def _line(backlog: Backlog, now: datetime) -> str:
    line = f"{now:%H:%M:%S}  waiting: {_count(backlog)}"
    age = _age(backlog, now)
    return line if age is None else f"{line}, the oldest for {_seconds(age)} s"


def _age(backlog: Backlog, now: datetime) -> timedelta | None:
    # Whoever wrote it may have a clock that is ahead of ours.
    return None if backlog.oldest is None else max(now - backlog.oldest, timedelta(0))


def _count(backlog: Backlog) -> str:
    return f"{backlog.count}" + (" or more" if backlog.count >= BACKLOG_MAX else "")


def _seconds(age: timedelta | None) -> str:
    return "" if age is None else f"{age.total_seconds():.1f}"
