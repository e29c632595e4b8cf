"""What time it is at the database server."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.statement import Statement

_NOW = Statement(sa.select(sa.func.clock_timestamp()))


def server_time(database: Database) -> datetime | None:
    """The instant by its own clock; None for SQLite, which has no clock but ours."""
    if database.driver.dialect.name != "postgresql":
        return None
    ((now,),) = database.rows(_NOW, {})
    told = database.driver.from_instant(now)
    assert isinstance(told, datetime)
    return told
