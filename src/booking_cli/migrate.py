"""`booking migrate`: bring the database's schema up to date."""

from __future__ import annotations

import click

from booking_adapters.environment import InvalidSetting
from booking_adapters.settings import URL_NAME, DatabaseSettings
from booking_adapters.sqlalchemy.migrate import migrate
from booking_cli.output import json_option, show
from booking_cli.session import current_settings
from booking_core.domain.kernel.errors import Busy


@click.command("migrate")
@click.option(
    "--app-role",
    metavar="NAME",
    help="PostgreSQL role that serves, owning nothing.  [BOOKING_DATABASE_ROLE]",
)
@json_option
def command(app_role: str | None) -> None:
    """Bring the database's schema up to date, in one transaction.

    Run it as the role that owns the tables. The serving role must exist already; it is given the
    rights that it needs and no others.
    """
    database = current_settings().database
    role = app_role or database.role
    bring_up_to_date(database, role)
    answer = {"database": database.shown, "appRole": role}
    show(answer, lambda: click.echo(f"{database.shown} has the schema of this version."))


def bring_up_to_date(
    database: DatabaseSettings, app_role: str | None = None, *, named: str = URL_NAME
) -> None:
    """Migrate, or say in one line why not: InvalidSetting, Busy, CannotMigrate.

    `named` is where the URL came from: what the reader can change.
    """
    if database.scheme == "memory":
        raise InvalidSetting(named, "a database that has a schema", "memory")
    try:
        migrate(database.url.reveal(), app_role)
    except Busy as refusal:
        raise Busy(f"{named}: {refusal.reason}") from refusal
