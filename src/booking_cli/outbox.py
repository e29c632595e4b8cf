"""`booking outbox`: how many events wait to be told or received, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import click

from booking_adapters.composition import Composition
from booking_cli.output import json_option, show, show_line
from booking_cli.session import opened
from booking_cli.stopping import stopping
from booking_cli.tables import print_table
from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.ports.awaited import AWAITED_MAX, AwaitedCount
from booking_core.ports.outbox import BACKLOG_MAX, Backlog


@dataclass(frozen=True, slots=True)
class _Seen:
    backlog: Backlog
    awaited: Sequence[AwaitedCount]
    now: datetime

    def age(self, since: datetime | None) -> timedelta | None:
        # Whoever wrote it may have a clock that is ahead of ours.
        return None if since is None else max(self.now - since, timedelta(0))

    def seconds(self, since: datetime | None) -> str:
        age = self.age(since)
        return "" if age is None else f"{age.total_seconds():.1f}"


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

    Where consumers' receipts are awaited (BOOKING_RECEIPTS_FROM), also how many of those that were
    told. Changes nothing, and counts to a million at most.
    """
    with opened() as composition:
        if every_seconds is not None:
            _watch(composition, every_seconds)
            return
        seen = _look(composition)
        show(_answer(seen), lambda: _print(seen))


def _watch(composition: Composition, every_seconds: float) -> None:
    with stopping() as stopped:
        while not stopped.is_set():
            try:
                seen = _look(composition)
            except BookingError as refusal:  # Storage that is away may be back at the next round.
                if refusal.kind is not Kind.BUSY:
                    raise
                click.echo(refusal.message, err=True)
            else:
                show_line({"at": seen.now, **_answer(seen)}, _line(seen))
            stopped.wait(every_seconds)


def _look(composition: Composition) -> _Seen:
    storage, clock = composition.storage, composition.engine.ports.clock
    return _Seen(storage.outbox.backlog(), storage.awaited.counts(), clock.now())


def _answer(seen: _Seen) -> dict[str, object]:
    return {
        "waiting": seen.backlog.count,
        "oldest": seen.backlog.oldest,
        "forSeconds": seen.age(seen.backlog.oldest),
        "awaited": [
            {
                "consumer": each.consumer,
                "receipts": each.count,
                "oldest": each.oldest,
                "forSeconds": seen.age(each.oldest),
            }
            for each in seen.awaited
        ],
    }


def _print(seen: _Seen) -> None:
    backlog = seen.backlog
    waiting = (_count(backlog.count, BACKLOG_MAX), backlog.oldest, seen.seconds(backlog.oldest))
    print_table(("waiting", "oldest", "for seconds"), [waiting])
    if seen.awaited:
        print_table(
            ("receipts awaited", "of", "oldest", "for seconds"),
            [
                (
                    _count(each.count, AWAITED_MAX),
                    each.consumer,
                    each.oldest,
                    seen.seconds(each.oldest),
                )
                for each in seen.awaited
            ],
        )


def _line(seen: _Seen) -> str:
    told = [("waiting", seen.backlog.count, BACKLOG_MAX, seen.backlog.oldest)]
    told += [
        (f"receipts of {it.consumer}", it.count, AWAITED_MAX, it.oldest) for it in seen.awaited
    ]
    parts = [
        f"{what}: {_count(count, most)}"
        + ("" if oldest is None else f", the oldest for {seen.seconds(oldest)} s")
        for what, count, most, oldest in told
    ]
    return f"{seen.now:%H:%M:%S}  " + "; ".join(parts)


def _count(count: int, most: int) -> str:
    return f"{count}" + (" or more" if count >= most else "")
