"""On whose behalf the command line acts: as an admin of one tenant."""

from __future__ import annotations

import click

from booking_core.application.caller import Caller, admin
from booking_core.domain.kernel.ids import DEFAULT_TENANT, TenantId, named


def _office(context: click.Context, parameter: click.Parameter, tenant: str) -> Caller:
    return admin("cli", TenantId(named("tenant", tenant)))


office_option = click.option(
    "--tenant",
    "office",
    default=DEFAULT_TENANT,
    show_default=True,
    callback=_office,
    metavar="ID",
    help="Whose data.",
)
