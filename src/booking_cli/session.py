"""The settings and the engine of the command that runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from booking_adapters.composition import Composition, compose
from booking_adapters.settings import Settings, read_settings
from booking_cli.schema import schema_blamed


def current_settings() -> Settings:
    """The settings of this process, or InvalidSetting; warns of names that are no settings."""
    settings = read_settings(click.get_current_context().find_root().obj)
    for line in misspelt(settings):
        click.echo(f"Warning: {line}", err=True)
    return settings


def misspelt(settings: Settings) -> list[str]:
    """What to say of each BOOKING_* variable that is no setting."""
    return [
        f"{name} is not a setting" + (f"; is {meant} meant?" if meant else "")
        for name, meant in settings.unknown.items()
    ]


@contextmanager
def opened() -> Iterator[Composition]:
    """The engine by the settings of this process, closed at the end.

    Raises UnsoundSchema where something fails because the database is not migrated, or was harmed.
    """
    with compose(current_settings()) as composition, schema_blamed(composition):
        yield composition
