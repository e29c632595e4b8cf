"""`booking expire`: expire holds whose time is over."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import click

from booking_cli.closing import close_outlived
from booking_cli.output import json_option, show_line
from booking_cli.progress import progress
from booking_cli.session import opened
from booking_cli.stopping import stopping
from booking_core.application.operations.lapse_holds import LapseHolds
from booking_core.domain.kernel.errors import BookingError, Kind


@click.command("expire")
@click.option(
    "--every",
    "every_seconds",
    type=click.FloatRange(0.1, 86_400),
    metavar="SECONDS",
    help="Again and again, until SIGTERM.",
)
@click.option(
    "--batch",
    type=click.IntRange(1, 10_000),
    default=1000,
    show_default=True,
    help="Holds at once.",
)
@json_option
def command(every_seconds: float | None, batch: int) -> None:
    """Expire holds whose time is over: tell of them, and close their payments.

    Nothing waits for this. An overdue hold blocks nobody, expired or not.
    """
    with opened() as composition, stopping() as stopped:
        engine = composition.engine

        def tidy_up() -> int:
            expired = expire(engine.lapse_holds, batch, stopped)
            close_outlived(engine.close_attempts, batch, stopped)
            return expired

        if every_seconds is None:
            tell(tidy_up())
            return
        while not stopped.is_set():
            if expired := _try(tidy_up):
                tell(expired)
            stopped.wait(every_seconds)


def expire(lapse_holds: LapseHolds, batch: int, stopped: Event) -> int:
    """Expire batch after batch until none is left; how many holds it were."""
    expired = 0
    with progress("Expiring overdue holds") as done:
        while not stopped.is_set():
            count = lapse_holds(batch)
            expired += count
            done(count)
            if count < batch:
                break
    return expired


def tell(expired: int) -> None:
    """Say how many holds were expired."""
    show_line({"expired": expired}, f"Expired holds: {expired}")


def _try(act: Callable[[], int]) -> int:
    """Storage that is away now may be back at the next round."""
    try:
        return act()
    except BookingError as refusal:
        if refusal.kind is not Kind.BUSY:
            raise
        click.echo(refusal.message, err=True)
        return 0
