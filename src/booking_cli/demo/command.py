"""`booking demo`: fill a database with a demo catalogue, and serve it."""

from __future__ import annotations

from pathlib import Path

import click
from attrs import evolve

from booking_adapters.composition import compose
from booking_adapters.environment import InvalidSetting
from booking_adapters.settings import URL_NAME, Settings
from booking_cli.demo.fill import fill
from booking_cli.demo.place import ENV_FILE, settle
from booking_cli.demo.welcome import welcome
from booking_cli.migrate import bring_up_to_date
from booking_cli.output import json_option, show
from booking_cli.server import serve

OPTION = "--database"


@click.command("demo")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    show_default=True,
    help="Where its files are kept.",
)
@click.option(OPTION, metavar="URL", help="In place of a SQLite file there.")
@click.option("--serve", "serves", is_flag=True, help="Then answer HTTP requests.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    show_default=True,
    help="0 takes a free one.",
)
@json_option
def command(folder: Path, database: str | None, serves: bool, host: str, port: int) -> None:
    """Fill a database with a demo catalogue: a clinic, a car park, a hall, a hotel.

    What is there already stays, so it can be run again and goes on where it was.
    """
    settings = _settled(folder, database)
    bring_up_to_date(settings.database, named=URL_NAME if database is None else OPTION)
    with compose(settings) as composition:
        made = fill(composition.engine)
    if serves:
        settings = evolve(settings, http=evolve(settings.http, host=host, port=port))
        serve(settings, lambda served: _welcome(served, folder))
    else:
        _tell(settings, folder, made)


def _settled(folder: Path, database: str | None) -> Settings:
    try:
        return settle(folder, database)
    except InvalidSetting as refusal:
        if refusal.name != URL_NAME:
            raise
        raise InvalidSetting(OPTION, refusal.expected, refusal.found) from refusal


def _welcome(settings: Settings, folder: Path) -> None:
    told = welcome(settings, folder / ENV_FILE)
    show(told.facts, lambda: click.echo(told.text))


def _tell(settings: Settings, folder: Path, made: int) -> None:
    file, database = folder / ENV_FILE, settings.database.shown
    text = f"Made {made} things in {database}; to serve it: booking --env-file {file} serve"
    answer = {"database": database, "made": made, "envFile": file}
    show(answer, lambda: click.echo(text))
