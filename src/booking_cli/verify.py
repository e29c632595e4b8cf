"""`booking verify`: check the promises on what is stored."""

from __future__ import annotations

import click

from booking_cli.exit_codes import UNSOUND
from booking_cli.output import json_option, show
from booking_cli.progress import progress
from booking_cli.session import opened
from booking_cli.tables import print_table
from booking_core.application.operations.verify import Verification


@click.command("verify")
@json_option
@click.pass_context
def command(context: click.Context) -> None:
    """Check the promises on what is stored; exits with 1 if one is broken.

    Changes nothing, and may run while bookings are taken.
    """
    with opened() as composition:
        verify = composition.engine.verify
        with progress("Checking promises", len(verify.audit.promises())) as done:
            verification = verify(lambda promise, found: done(1))
    answer = {
        "promises": verification.promises,
        "violations": [
            {"promise": it.promise, "subject": it.subject, "detail": it.detail}
            for it in verification.violations
        ],
    }
    show(answer, lambda: _print(verification))
    if verification.violations:
        context.exit(UNSOUND)


def _print(verification: Verification) -> None:
    if verification.violations:
        print_table(
            ("promise", "subject", "what is wrong"),
            [(it.promise, it.subject, it.detail) for it in verification.violations],
        )
    kept = len(verification.promises) - len({it.promise for it in verification.violations})
    click.echo(f"Promises kept: {kept} of {len(verification.promises)}")
