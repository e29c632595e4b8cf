"""`booking doctor`: look for what may be wrong, before it hurts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import click

from booking_adapters.settings import read_settings
from booking_cli.doctor.broker_checks import check_broker
from booking_cli.doctor.database_checks import check_database
from booking_cli.doctor.finding import Finding, Verdict, failure
from booking_cli.doctor.settings_checks import check_settings, check_zones
from booking_cli.exit_codes import UNSOUND
from booking_cli.output import json_option, show
from booking_cli.tables import print_table
from booking_core.domain.kernel.errors import BookingError


@click.command("doctor")
@json_option
@click.pass_context
def command(context: click.Context) -> None:
    """Check settings, time zones, database, schema, clocks and broker; exits with 1 if one fails.

    Changes nothing.
    """
    findings = list(examine(context.find_root().obj))
    answer = [{"check": it.check, "verdict": it.verdict, "detail": it.detail} for it in findings]
    show({"findings": answer}, lambda: _print(findings))
    if any(finding.verdict is Verdict.FAILURE for finding in findings):
        context.exit(UNSOUND)


def examine(variables: Mapping[str, str]) -> Iterator[Finding]:
    """All that can be checked: what one failure makes impossible is left out."""
    yield check_zones()
    try:
        settings = read_settings(variables)
    except BookingError as refusal:
        yield failure("settings", refusal.message)
        return
    yield from check_settings(settings)
    yield from check_database(settings)
    yield from check_broker(settings)


def _print(findings: Sequence[Finding]) -> None:
    print_table(
        ("check", "verdict", "detail"), [(it.check, it.verdict, it.detail) for it in findings]
    )
