"""`booking token`: make a bearer token for development."""

from __future__ import annotations

import re
from datetime import timedelta

import click

from booking_cli.output import json_option, show
from booking_cli.session import current_settings
from booking_core.application.caller import Role
from booking_core.domain.kernel.ids import DEFAULT_TENANT
from booking_http.tokens import mint


def _shell_name(context: click.Context, parameter: click.Parameter, name: str | None) -> str | None:
    if name is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise click.BadParameter("the name of a shell variable is expected")
    return name


@click.command("token")
@click.option("--subject", default="me", show_default=True, metavar="ID", help="Whose it is.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    default=[Role.CUSTOMER.value],
    show_default=True,
    help="What they may do; again for more.",
)
@click.option("--tenant", default=DEFAULT_TENANT, show_default=True, metavar="ID")
@click.option(
    "--minutes", type=click.IntRange(1, 60 * 24 * 7), default=60, show_default=True, metavar="N"
)
@click.option(
    "--export", metavar="NAME", callback=_shell_name, help="Print a line that a shell can eval."
)
@json_option
def command(
    subject: str, roles: tuple[str, ...], tenant: str, minutes: int, export: str | None
) -> None:
    """Make a bearer token for development, signed with BOOKING_TOKEN_SECRET."""
    settings = current_settings()
    lifetime = timedelta(minutes=minutes)
    token = mint(settings.tokens, subject, [Role(role) for role in roles], tenant, lifetime)
    line = token if export is None else f"export {export}={token}"
    show({"token": token, "expiresInSeconds": lifetime}, lambda: click.echo(line))
