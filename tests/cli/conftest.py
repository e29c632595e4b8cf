"""The command line, run in this process."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from booking_cli.main import cli

SECRET = "a-secret-for-tests-of-forty-characters-x"

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `booking` with these arguments over an empty engine in memory, unless told otherwise."""
    monkeypatch.setenv("BOOKING_DATABASE_URL", "memory://")
    monkeypatch.setenv("BOOKING_TOKEN_SECRET", SECRET)

    def booking(*arguments: str, input: str | None = None) -> Result:
        return CliRunner().invoke(cli, arguments, input=input)

    return booking
