"""What a process that goes on says when it was refused for now."""

from __future__ import annotations

import json

import click

from booking_cli.output import wants_json
from booking_core.domain.kernel.errors import BookingError


def complain(refusal: BookingError, again_in_seconds: float) -> None:
    """Why, and when it tries again: to stderr, for people or for programs."""
    if wants_json():
        again = round(again_in_seconds, 3)
        told = {"code": refusal.code, "message": refusal.message, "againInSeconds": again}
        click.echo(json.dumps(told), err=True)
    else:
        click.echo(f"{refusal.message}; again in {again_in_seconds:.1f} s", err=True)
