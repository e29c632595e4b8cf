"""`booking serve`: answer HTTP requests."""

from __future__ import annotations

import click
from attrs import evolve

from booking_adapters.settings import Settings
from booking_cli.output import json_option, show
from booking_cli.server import serve
from booking_cli.session import current_settings


@click.command("serve")
@click.option("--host", help="Where to listen.  [BOOKING_HTTP_HOST]")
@click.option(
    "--port", type=click.IntRange(0, 65_535), help="0 takes a free one.  [BOOKING_HTTP_PORT]"
)
@click.option("--workers", type=click.IntRange(1, 256), help="Processes.  [BOOKING_HTTP_WORKERS]")
@json_option
def command(host: str | None, port: int | None, workers: int | None) -> None:
    """Answer HTTP requests until SIGTERM, and expire overdue holds meanwhile."""
    settings = current_settings()
    http = settings.http
    http = evolve(
        http,
        host=host or http.host,
        port=http.port if port is None else port,
        workers=workers or http.workers,
    )
    serve(evolve(settings, http=http), announce)


def announce(settings: Settings) -> None:
    """Say where, once somebody listens there."""
    address = settings.http.address
    show({"address": address}, lambda: click.echo(f"Listening on {address}"))
