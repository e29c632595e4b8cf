"""Checks of what the settings say, and of this machine; nothing is connected to."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import TZPATH, available_timezones

from booking_adapters.settings import Settings
from booking_cli.doctor.finding import Finding, failure, ok, warning
from booking_cli.session import misspelt

ZONES_LEAST = 400  # There are about 600, old names included.


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Whether they suit each other, and the environment that they name."""
    yield from _names(settings)
    yield _tokens(settings)
    yield _payments(settings)
    yield _sweep(settings)
    yield _durability(settings)


def check_zones() -> Finding:
    """Whether the zones of the world are known here, and from where."""
    zones = len(available_timezones())
    if zones < ZONES_LEAST:
        return failure("time zones", f"{zones} known; install the package tzdata")
    system = next((path for path in TZPATH if Path(path).is_dir()), None)
    try:
        package = f"tzdata {version('tzdata')}"
    except PackageNotFoundError:
        package = None
    return ok("time zones", f"{zones} known, from {system or package}")


def _names(settings: Settings) -> Iterator[Finding]:
    for line in misspelt(settings):
        yield warning("settings", line)
    if not settings.unknown:
        yield ok("settings", f"{settings.environment}, database {settings.database.shown}")


def _tokens(settings: Settings) -> Finding:
    tokens = settings.tokens
    if not tokens.can_check:
        return failure("tokens", f"no key for {tokens.algorithm}: nobody can be let in")
    if settings.is_production and tokens.algorithm == "HS256":
        return warning("tokens", "HS256: whoever can check a token can also make one")
    return ok("tokens", f"{tokens.algorithm}, issuer {tokens.issuer}, audience {tokens.audience}")


def _payments(settings: Settings) -> Finding:
    payments = settings.payments
    if settings.is_production:
        return warning("payments", "the simulated provider, in production: no money will move")
    if settings.http.workers > 1 and payments.simulated_file is None:
        return failure("payments", "several workers need BOOKING_SIMULATED_FILE, which they share")
    return ok("payments", f"{payments.provider} provider")


def _sweep(settings: Settings) -> Finding:
    every = settings.sweep.every_seconds
    if every == 0:
        return warning("sweeper", "off: overdue holds block nobody, but nobody is told of them")
    return ok("sweeper", f"every {every:g} s in each serving process")


def _durability(settings: Settings) -> Finding:
    database = settings.database
    if database.scheme == "memory":
        return warning("durability", "in memory: all is gone when the process ends")
    if database.scheme == "sqlite" and database.sqlite_synchronous != "FULL":
        return warning("durability", "SQLite NORMAL: a power cut may undo the last commits")
    return ok("durability", "what is committed survives a power cut")
