"""What the driver sees from where nothing is in between: the database itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import psycopg

from campaign.outage.stage import CONSUMERS

POLL_SECONDS = 0.03
WAIT_SECONDS_MOST = 60.0

_LAST = "SELECT coalesce(max(position), 0) FROM booking_event"
WAITING = "SELECT count(*) FROM booking_event WHERE published_at IS NULL"
_WAITING_UP_TO = WAITING + " AND position <= %s"
_RECORDED_SINCE = "SELECT count(DISTINCT consumer) FROM campaign.effect WHERE event_at > %s"
_PROGRESS = """SELECT (SELECT count(*) FROM booking_event WHERE published_at IS NOT NULL),
    (SELECT count(*) FROM campaign.effect)"""
_MISSING = """SELECT count(*) FROM booking_event
    CROSS JOIN unnest(%s::text[]) AS consumer
    WHERE NOT EXISTS (SELECT FROM campaign.effect AS f
      WHERE f.consumer = consumer.consumer AND f.event_id = booking_event.event_id)"""


class Tower:
    """Connects when it looks, again after each failure."""

    def __init__(self, url: str, meanwhile: Callable[[], object] = lambda: None) -> None:
        """`meanwhile` is called again and again while it waits for something."""
        self._url, self._meanwhile = url, meanwhile
        self._connection: psycopg.Connection[Any] | None = None

    def rows(self, query: str, *asked: Any) -> list[Any]:
        """What is there now; OperationalError while the database is away."""
        try:
            if self._connection is None:
                self._connection = psycopg.connect(self._url, autocommit=True, connect_timeout=3)
            return self._connection.execute(query.encode(), asked).fetchall()
        except psycopg.OperationalError:
            self.close()
            raise

    def value(self, query: str, *asked: Any) -> int:
        """The only number there."""
        ((value,),) = self.rows(query, *asked)
        return int(value)

    def seconds_to_recovery(self, wait_seconds: float = WAIT_SECONDS_MOST) -> float | None:
        """How long until all that waits now is sent, and something later is recorded by all.

        None where that does not come.
        """
        began, since = time.monotonic(), datetime.now(UTC)
        last = self._patiently(lambda: self.value(_LAST))

        def is_over() -> bool:
            return (
                self.value(_RECORDED_SINCE, since) == len(CONSUMERS)
                and self.value(_WAITING_UP_TO, last) == 0
            )

        while time.monotonic() < began + wait_seconds:
            self._meanwhile()
            with suppress(psycopg.OperationalError):
                if is_over():
                    return time.monotonic() - began
            time.sleep(POLL_SECONDS)
        return None

    def wait_for_quiet(self, seconds: float) -> int:
        """Return when nobody has anything to do, or nothing has changed for so long.

        How many receipts are missing then.
        """
        before, changed = None, time.monotonic()
        while True:
            self._meanwhile()
            missing = self.value(_MISSING, list(CONSUMERS))
            if missing == 0 or time.monotonic() > changed + seconds:
                return missing
            now = self.rows(_PROGRESS)
            if now != before:
                before, changed = now, time.monotonic()
            time.sleep(10 * POLL_SECONDS)

    def close(self) -> None:
        """Look no more."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _patiently(self, look: Callable[[], int]) -> int:
        until = time.monotonic() + WAIT_SECONDS_MOST
        while True:
            try:
                return look()
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(POLL_SECONDS)
