"""All or nothing, in a database."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count

from booking_adapters.sqlalchemy.codec import encode
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.refusals import Refusals
from booking_adapters.sqlalchemy.row_maker import RowMaker
from booking_adapters.sqlalchemy.rows import Row, ToInstant
from booking_adapters.sqlalchemy.writer import Writer
from booking_core.domain.kernel.errors import Busy
from booking_core.ports.unit_of_work import Changes, Lapse, UnitOfWork

TRIES_MAX = 5
SECONDS_MAX = 5.0  # However long each try waits for others.
PAUSE_SECONDS_MAX = 0.05


class SqlUnitOfWork(UnitOfWork):
    """Writes optimistically; only a commit that was refused is asked why."""

    def __init__(
        self,
        writer: Writer,
        make_rows: RowMaker,
        refusals: Refusals,
        keys: Keys,
        at: ToInstant,
        ring: Callable[[], None] | None = None,
    ) -> None:
        self._writer = writer
        self._make_rows = make_rows
        self._refusals = refusals
        self._keys = keys
        self._at = at
        self._ring = ring

    def commit(self, changes: Changes) -> None:
        rows = self._make_rows(changes)
        give_up_at = time.monotonic() + SECONDS_MAX
        for number in count(1):
            refused = self._writer.write(rows)
            if refused is None:
                if self._ring is not None and changes.events:
                    self._ring()
                return
            refusal: Exception | None = self._refusals.explain(changes, rows, refused)
            if refusal is None and (number == TRIES_MAX or time.monotonic() > give_up_at):
                refusal = refused.error or Busy("others kept changing the same")
            if refusal is not None:
                raise refusal
            # Whoever was in the way has gone, or each waited for the other.
            time.sleep(random.uniform(0, number * PAUSE_SECONDS_MAX))

    def lapse(self, lapses: Sequence[Lapse], now: datetime) -> int:
        if not lapses:
            return 0
        rows: dict[tuple[int, str], Row] = {}
        for lapse in lapses:
            row = self._lapsed(lapse)
            rows.setdefault((row[0], row[1]), row)  # Who comes twice lapses once.
        count = self._writer.lapse(list(rows.values()), self._at(now))
        if self._ring is not None and count:
            self._ring()
        return count

    def _lapsed(self, lapse: Lapse) -> Row:
        hold, event = lapse.hold, lapse.event
        return (
            self._keys.tenant(hold.tenant_id),
            hold.booking_id,
            hold.state.value,
            hold.version,
            lapse.state.value,
            lapse.reason_code,
            event.sequence,
            event.event_id,
            event.type,
            self._at(event.at),
            event.correlation_id,
            event.causation_id,
            event.actor,
            event.schema_version,
            encode(event.data),
        )
