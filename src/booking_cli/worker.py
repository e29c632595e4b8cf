"""`booking worker`: do what consumers do with what the broker brings."""

from __future__ import annotations

import click

from booking_adapters.brokers.settings import EXPECTED, URL_NAME
from booking_adapters.composition import compose
from booking_adapters.consumers.registry import CONSUMERS
from booking_adapters.environment import InvalidSetting
from booking_adapters.settings import Settings
from booking_adapters.system.randomness import SystemRandomness
from booking_cli.consuming import PRELOAD, work
from booking_cli.logs import set_up_logging
from booking_cli.output import json_option, show_line
from booking_cli.schema import require_usable
from booking_cli.session import current_settings
from booking_cli.stopping import stopping
from booking_cli.supervisor import Supervisor, in_turn
from booking_cli.watch_port import counted_together
from booking_core.application.messaging.back_off import BackOff
from booking_core.domain.kernel.errors import Busy


@click.command("worker")
@click.option(
    "--queue",
    "names",
    multiple=True,
    type=click.Choice(sorted(CONSUMERS)),
    help="Whose queue: again for several, none for all that are set up.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="For each queue.",
)
@click.option(
    "--batch",
    type=click.IntRange(1, 10_000),
    help="Messages in one transaction at most.  [BOOKING_CONSUMER_BATCH]",
)
@json_option
def command(names: tuple[str, ...], processes: int, batch: int | None) -> None:
    """Do what consumers do with what the broker brings, until SIGTERM.

    Each process has one queue; one that dies, or that a message kills, is started again within a
    second or so. Any number may run at once, here and elsewhere. What fails is tried again, and
    in the end a dead letter: see `booking dead-letters`.
    """
    variables = dict(click.get_current_context().find_root().obj)
    if batch is not None:
        variables["BOOKING_CONSUMER_BATCH"] = str(batch)
    settings = current_settings()
    set_up_logging(settings)
    _examine(settings)
    queues = tuple(dict.fromkeys(names)) or _set_up(settings)
    supervisor = Supervisor(
        in_turn(queues, processes, work, variables),
        BackOff(randomness=SystemRandomness(), most_seconds=1.0),
        lambda name, pid: show_line({"worker": name, "pid": pid}, f"Worker {name} is {pid}"),
        PRELOAD,
    )
    with stopping() as stopped, counted_together(settings):
        supervisor.run(stopped, settings.http.stop_within_seconds)
    deaths = sum(supervisor.deaths.values())
    show_line({"stopped": len(supervisor.children), "deaths": deaths}, "All workers have stopped")


def _set_up(settings: Settings) -> tuple[str, ...]:
    return tuple(name for name, consumer in CONSUMERS.items() if consumer.is_set_up(settings))


def _examine(settings: Settings) -> None:
    """InvalidSetting or UnsoundSchema if nothing would work; what is away may come back."""
    broker = settings.broker
    if broker is None or broker.scheme == "memory":
        found = "nothing" if broker is None else broker.shown
        raise InvalidSetting(URL_NAME, f"{EXPECTED}, but not in memory", found)
    if settings.database.scheme == "memory":
        raise InvalidSetting("BOOKING_DATABASE_URL", "a database, as workers share it", "memory")
    with compose(settings) as composition:
        try:
            require_usable(composition)
        except Busy as refusal:
            click.echo(f"Starting all the same: {refusal.message}", err=True)
