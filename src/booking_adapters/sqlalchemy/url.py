"""A database's URL: which of the two it means, judged before anything connects."""

from __future__ import annotations

import sqlalchemy as sa

from booking_core.domain.kernel.errors import InvalidInput

DRIVERS = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite"}
PORT_MOST = 65_535


def parsed(url: str) -> sa.URL:
    """The URL with the driver that this package uses, whichever it names; or InvalidInput.

    The refusal does not repeat the URL, which may hold a password.
    """
    try:
        found = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):  # The latter for a port that is no number.
        raise _unusable() from None
    backend = found.get_backend_name()
    if backend not in DRIVERS or (found.port or 0) > PORT_MOST:
        raise _unusable()
    # What is in memory would be another database for every connection.
    if backend == "sqlite" and (found.host or found.database in {None, "", ":memory:"}):
        raise _unusable()
    return found.set(drivername=DRIVERS[backend])


def _unusable() -> InvalidInput:
    return InvalidInput("database", "sqlite:///file.db or postgresql://user@host/name")
