"""The group of all verbs: loads each when it is used, and answers refusals in one place."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from booking_cli.exit_codes import BROKEN_PIPE, EXIT_CODES, INTERRUPTED
from booking_cli.output import plain, wants_json
from booking_core.domain.kernel.errors import BookingError


@dataclass(frozen=True, slots=True)
class Verb:
    """Where a command is, and what it does; its module has it as `command`."""

    module: str
    help: str


class BookingGroup(click.Group):
    """Imports only the verb that is used, so that --help is quick."""

    def __init__(self, *args: Any, verbs: Mapping[str, Verb], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.verbs = verbs

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        verb = self.verbs.get(cmd_name)
        if verb is None:
            return None
        command = import_module(verb.module).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the table: asking each command would import them all."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.help) for name, verb in self.verbs.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            answer = super().invoke(ctx)
            sys.stdout.flush()  # A reader that has gone shows here, not at the interpreter's end.
        except BookingError as refusal:
            report(refusal, as_json=wants_json(ctx))
            ctx.exit(EXIT_CODES[refusal.kind])
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            # What is still buffered has nowhere to go, and must not be flushed at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(BROKEN_PIPE)
        return answer


def report(refusal: BookingError, *, as_json: bool) -> None:
    """Tell what was refused on stderr: one line for people, one object for programs."""
    if as_json:
        told = {"code": refusal.code, "message": refusal.message, **plain(refusal.facts())}
        click.echo(json.dumps(told), err=True)
    else:
        click.echo(f"{refusal.message} ({refusal.code})", err=True)
