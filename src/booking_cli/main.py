"""The `booking` command: its verbs, and what they are for."""

from __future__ import annotations

from pathlib import Path

import click

from booking_cli.env_file import read_env_file
from booking_cli.group import BookingGroup, Verb

VERBS = {
    "serve": Verb("booking_cli.serve", "Answer HTTP requests, and sweep."),
    "demo": Verb("booking_cli.demo.command", "Fill a database with a demo catalogue."),
    "migrate": Verb("booking_cli.migrate", "Bring the database's schema up to date."),
    "doctor": Verb("booking_cli.doctor.command", "Check settings, database and clocks."),
    "token": Verb("booking_cli.token", "Make a bearer token for development."),
    "expire": Verb("booking_cli.expire", "Expire holds whose time is over."),
    "reconcile": Verb("booking_cli.reconcile", "Compare payments with the provider's."),
    "relay": Verb("booking_cli.relay", "Tell a broker what happens."),
    "worker": Verb("booking_cli.worker", "Do what consumers do with what it brings."),
    "queues": Verb("booking_cli.queues", "Say what waits for each consumer."),
    "dead-letters": Verb("booking_cli.dead_letters", "Look at what failed; replay or drop it."),
    "outbox": Verb("booking_cli.outbox", "Say how many events wait to be told."),
    "webhooks": Verb("booking_cli.webhooks", "Tell URLs of tenants what happens."),
    "verify": Verb("booking_cli.verify", "Check the promises on what is stored."),
    "bookings": Verb("booking_cli.bookings", "List, show and cancel bookings."),
    "resources": Verb("booking_cli.resources", "List and show resources."),
    "bench": Verb("booking_cli.bench", "Measure this machine in a few seconds."),
}


@click.group(cls=BookingGroup, verbs=VERBS)
@click.option(
    "--env-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Read settings from this file too; the environment goes first.",
)
@click.version_option(package_name="booking-core", message="%(version)s")
@click.pass_context
def cli(context: click.Context, env_file: Path | None) -> None:
    """One engine that takes bookings and never sells the same thing twice.

    Settings are read from BOOKING_* environment variables. Exit codes: 1 something is wrong,
    2 invalid, 3 unauthenticated, 4 forbidden, 5 missing, 6 conflict, 7 stale, 8 key reused,
    75 try again.
    """
    context.obj = read_env_file(env_file)
