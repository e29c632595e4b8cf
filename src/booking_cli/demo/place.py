"""Where the demo keeps its files: database, payment provider's book, settings with secrets."""

from __future__ import annotations

import secrets
from pathlib import Path

from booking_adapters.settings import URL_NAME, Settings, read_settings
from booking_cli.env_file import parse_env_file, write_env_file

ENV_FILE = "booking-demo.env"
SECRET_NAMES = ("BOOKING_TOKEN_SECRET", "BOOKING_PAYMENT_WEBHOOK_SECRET")


def settle(folder: Path, database: str | None) -> Settings:
    """The demo's settings, kept in the folder's booking-demo.env for other commands to read.

    Secrets are made once and stay; the files are always those of this very folder. Nothing is
    kept where a setting is refused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    file = folder / ENV_FILE
    variables = {name: secrets.token_urlsafe(32) for name in SECRET_NAMES}
    if file.exists():
        variables |= parse_env_file(file)
    variables |= {
        "BOOKING_ENVIRONMENT": "development",
        URL_NAME: database or f"sqlite:///{folder / 'booking-demo.db'}",
        "BOOKING_SIMULATED_FILE": str(folder / "booking-demo-payments.db"),
        "BOOKING_BROKER_URL": "memory://demo",  # What happens is told within the one process.
    }
    settings = read_settings(variables)
    write_env_file(file, variables)
    return settings
