"""`booking bench`: what this machine does in a few seconds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

import click

from booking_adapters.composition import compose
from booking_adapters.settings import read_settings
from booking_cli.demo.car_park import CAR_PARK
from booking_cli.demo.fill import fill
from booking_cli.demo.town import CUSTOMER, TENANT
from booking_cli.migrate import bring_up_to_date
from booking_cli.output import json_option, show
from booking_cli.progress import progress
from booking_cli.tables import print_table
from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.booking.line import Line
from booking_core.application.caller import provider
from booking_core.domain.kernel.ids import CustomerId
from booking_core.engine import BookingEngine


@click.command("bench")
@click.option(
    "--holds", type=click.IntRange(20, 10_000), default=500, show_default=True, help="How many."
)
@json_option
def command(holds: int) -> None:
    """Measure how fast one thread makes holds here, in memory and in a new SQLite file.

    A first impression of the machine. Comparisons with hand-written SQL are in bench/.
    """
    with TemporaryDirectory(prefix="booking-bench-") as folder:
        file = f"sqlite:///{Path(folder, 'bench.db')}"
        bring_up_to_date(read_settings({"BOOKING_DATABASE_URL": file}).database)
        measured = [_measure("memory://", holds), _measure(file, holds)]
    columns = ("storage", "holdsPerSecond", "medianMicroseconds", "p99Microseconds")
    show({"measured": measured}, lambda: _print(columns, measured))


def _measure(url: str, holds: int) -> dict[str, object]:
    settings = read_settings({"BOOKING_DATABASE_URL": url})
    with compose(settings) as composition, progress(settings.database.scheme, holds) as done:
        fill(composition.engine)
        seconds = []
        for took in _holds(composition.engine, holds):
            seconds.append(took)
            done(1)
    return {
        "storage": settings.database.scheme,
        "holdsPerSecond": round(holds / sum(seconds)),
        "medianMicroseconds": round(median(seconds) * 1e6),
        "p99Microseconds": round(quantiles(seconds, n=100)[-1] * 1e6),
    }


def _holds(engine: BookingEngine, count: int) -> Iterator[float]:
    """Make holds on the demo's car park, one after the other; how many seconds each took."""
    first = engine.ports.clock.now().replace(minute=0, second=0, microsecond=0)
    for number in range(count):
        start = first + timedelta(days=1, hours=number)
        line = Line(resource_id=CAR_PARK.id, start=start, end=start + timedelta(hours=1))
        # Another customer each time: how many holds one may have is limited.
        wanted = CreateBooking(customer_id=CustomerId(f"{CUSTOMER}-{number}"), items=(line,))
        begun = perf_counter()
        engine.create_booking(wanted, provider(CAR_PARK.provider_id, TENANT))
        yield perf_counter() - begun


def _print(columns: tuple[str, ...], measured: list[dict[str, object]]) -> None:
    titles = ("storage", "holds/s", "median µs", "p99 µs")
    print_table(titles, [[row[name] for name in columns] for row in measured])
    click.echo("Comparisons with hand-written SQL: bench/ of the source repository.")
