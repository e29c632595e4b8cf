"""`booking reconcile`: compare payments with what the provider knows."""

from __future__ import annotations

from collections.abc import Sequence

import click

from booking_cli.exit_codes import UNSOUND
from booking_cli.output import json_option, show
from booking_cli.progress import progress
from booking_cli.session import opened
from booking_cli.tables import print_table
from booking_core.application.operations.reconcile import Difference, Reconcile
from booking_core.domain.kernel.errors import BookingError

PLANNED, MENDED = "planned", "mended"


@click.command("reconcile")
@click.option("--apply", is_flag=True, help="Mend what is found, instead of only saying so.")
@json_option
@click.pass_context
def command(context: click.Context, apply: bool) -> None:
    """Say where our payments are not as the provider knows them, and what would mend it.

    Repairs are the ordinary use cases, so that repeating them is harmless. Exits with 1 if a
    repair was refused.
    """
    with opened() as composition:
        found = _work_through(composition.engine.reconcile, apply)
    answer = [
        {
            "tenantId": difference.tenant_id,
            "bookingId": difference.booking_id,
            "subject": difference.subject,
            "repair": difference.repair.value,
            "outcome": outcome,
        }
        for difference, outcome in found
    ]
    show({"applied": apply, "differences": answer}, lambda: _print(found))
    if any(outcome not in (PLANNED, MENDED) for _, outcome in found):
        context.exit(UNSOUND)


def _work_through(reconcile: Reconcile, apply: bool) -> list[tuple[Difference, str]]:
    found = []
    with progress("Comparing payments") as done:
        for difference in reconcile.differences():
            found.append((difference, _mend(difference) if apply else PLANNED))
            done(1)
    return found


def _mend(difference: Difference) -> str:
    """What came of it: one repair that is refused does not stand in the way of the others."""
    try:
        difference.mend()
    except BookingError as refusal:
        return refusal.code
    return MENDED


def _print(found: Sequence[tuple[Difference, str]]) -> None:
    if not found:
        click.echo("Every payment is as the provider knows it.")
        return
    print_table(
        ("tenant", "booking", "subject", "repair", "outcome"),
        [(it.tenant_id, it.booking_id, it.subject, it.repair, outcome) for it, outcome in found],
    )
    if any(outcome == PLANNED for _, outcome in found):
        click.echo("Nothing was changed; --apply mends it.")
