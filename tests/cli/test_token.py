"""token: bearer tokens for development."""

from datetime import UTC, datetime

import pytest

from booking_adapters.settings import read_settings
from booking_cli.exit_codes import EXIT_CODES
from booking_core.application.caller import Role
from booking_core.domain.kernel.errors import Kind
from booking_http.token_keys import token_keys
from booking_http.tokens import judge
from tests.cli.conftest import SECRET, Run, answer


def test_a_token_says_who_and_what_and_for_how_long(run: Run) -> None:
    """The service believes it for exactly what was asked for."""
    options = ("--subject", "clinic", "--role", "provider", "--role", "admin", "--tenant", "t1")
    told = answer(run("token", *options, "--minutes", "5", "--json"))
    settings = read_settings(
        {"BOOKING_DATABASE_URL": "memory://", "BOOKING_TOKEN_SECRET": SECRET}
    ).tokens
    caller, expires = judge(told["token"], settings, token_keys(settings))
    assert (caller.id, caller.tenant_id) == ("clinic", "t1")
    assert caller.roles == {Role.PROVIDER, Role.ADMIN}
    assert told["expiresInSeconds"] == 300
    assert 0 < expires - datetime.now(UTC).timestamp() <= 300


def test_a_token_can_be_handed_to_a_shell(run: Run) -> None:
    """--export prints one line that sets a variable, and takes no name that could do more."""
    done = run("token", "--export", "TOKEN")
    assert done.stdout.startswith("export TOKEN=ey")
    assert len(done.stdout.splitlines()) == 1
    assert run("token", "--export", "X=1; rm").exit_code == EXIT_CODES[Kind.INVALID]


def test_without_a_secret_there_is_no_token(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """No secret has a default, so the setting that is missing is named."""
    monkeypatch.delenv("BOOKING_TOKEN_SECRET")
    done = run("token")
    assert done.exit_code == EXIT_CODES[Kind.INVALID]
    assert "BOOKING_TOKEN_SECRET" in done.stderr
