"""What the demo says when it is open: where, with which tokens, and what to try first."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from shlex import quote
from zoneinfo import ZoneInfo

from booking_adapters.settings import Settings
from booking_cli.demo.clinic import CONSULTATION
from booking_cli.demo.hall import performances
from booking_cli.demo.town import CUSTOMER, PROVIDER, ZONE
from booking_core.application.caller import Role
from booking_http.tokens import mint

TOKENS_LAST = timedelta(days=1)
CURL = 'curl -sS -H "Authorization: Bearer $CUSTOMER"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """The same for people and for programs."""

    address: str
    customer_token: str
    provider_token: str
    commands: tuple[tuple[str, str], ...]  # What it is for, and a line for the shell.
    env_file: Path

    @property
    def text(self) -> str:
        """A page for a terminal, of which lines can be copied."""
        tries = "\n".join(f"\n# {why}\n{line}" for why, line in self.commands)
        return f"""\
Riverside is open at {self.address} (stop it with Ctrl-C). In another terminal:

# {CUSTOMER}, a customer, and {PROVIDER}, the provider of all there is; good for a day
export URL={self.address}
export CUSTOMER={self.customer_token}
export PROVIDER={self.provider_token}
{tries}

More: README.md; the interface: {self.address}/schema; the command line: {_program()} \
--env-file {quote(str(self.env_file))} --help
"""

    @property
    def facts(self) -> dict[str, object]:
        """The same, by name."""
        return {
            "address": self.address,
            "customerToken": self.customer_token,
            "providerToken": self.provider_token,
            "commands": [line for _, line in self.commands],
            "envFile": self.env_file,
        }


def welcome(settings: Settings, env_file: Path) -> Welcome:
    """What to say when it is served under these settings, as of now."""
    return Welcome(
        address=settings.http.address,
        customer_token=mint(settings.tokens, CUSTOMER, [Role.CUSTOMER], lifetime=TOKENS_LAST),
        provider_token=mint(settings.tokens, PROVIDER, [Role.PROVIDER], lifetime=TOKENS_LAST),
        commands=_commands(datetime.now(ZoneInfo(ZONE)).date()),
        env_file=env_file,
    )


def _commands(today: date) -> tuple[tuple[str, str], ...]:
    first, last = (f"{today + timedelta(days=days)}T00:00:00Z" for days in (1, 8))
    evening = performances(today)[0]
    wish = {"performanceId": evening.id, "quantity": 2, "category": "silver"}
    body = json.dumps({"items": [wish]})
    return (
        (
            "When is either doctor free in the coming week?",
            f'{CURL} "$URL/services/{CONSULTATION.id}/availability?from={first}&to={last}"',
        ),
        (
            "Hold the best two silver seats together; keep the booking's id",
            f"BOOKING=$({CURL} -X POST $URL/bookings -H 'Content-Type: application/json' "
            f"-d '{body}' | python3 -c 'import json, sys; print(json.load(sys.stdin)[\"id\"])')",
        ),
        (
            "Pay for them: open the checkoutUrl of the answer in a browser",
            f'{CURL} -X POST "$URL/bookings/$BOOKING/payments"',
        ),
    )


def _program() -> str:
    """How this program was called."""
    called = Path(sys.argv[0])
    return "python -m booking_cli" if called.name == "__main__.py" else quote(str(called))
