"""Who works on which shards, in a database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.statement import Statement, one_of
from booking_adapters.sqlalchemy.tables import holder as holders
from booking_adapters.sqlalchemy.tables import lease
from booking_core.ports.leases import Leases, fair_share

TRIES_MAX = 8  # Of those who come at one moment all but one may have to look again.

_work = sa.bindparam("work", type_=lease.c.work.type)
_holder = sa.bindparam("holder", type_=lease.c.holder.type)
_lapsed_by = sa.bindparam("now", type_=lease.c.until.type)

# Whoever forgets the same at this moment is not waited for.
_FORGET = Statement(
    sa.text("DELETE FROM booking_holder WHERE work = :work AND until <= :now RETURNING 1"),
    postgresql=sa.text("""DELETE FROM booking_holder WHERE (work, holder) IN (
        SELECT work, holder FROM booking_holder
        WHERE work = :work AND until <= :now FOR UPDATE SKIP LOCKED) RETURNING 1"""),
)
_COME = Statement(
    sa.text("""INSERT INTO booking_holder (work, holder, until) VALUES (:work, :holder, :until)
        ON CONFLICT (work, holder) DO UPDATE SET until = excluded.until RETURNING 1""")
)
_LEAVE = Statement(
    sa.text("DELETE FROM booking_holder WHERE work = :work AND holder = :holder RETURNING 1")
)
_HOLDERS = Statement(
    sa.select(sa.func.count()).where(holders.c.work == _work, holders.c.until > _lapsed_by)
)
_HELD = Statement(
    sa.select(lease.c.shard, lease.c.holder).where(
        lease.c.work == _work, (lease.c.holder == _holder) | (lease.c.until > _lapsed_by)
    )
)
_GIVE_UP = Statement(
    sa.delete(lease)
    .where(lease.c.work == _work, lease.c.holder == _holder, one_of(lease.c.shard, "shards"))
    .returning(lease.c.shard)
)
_GIVE_UP_ALL = Statement(
    sa.delete(lease)
    .where(lease.c.work == _work, lease.c.holder == _holder)
    .returning(lease.c.shard)
)
# Always in the order of the shards, so that two who take the same never wait for each other in a
# circle; and whether a lease is still free, or one's own, is judged when its row is had.
_TAKING = """INSERT INTO booking_lease AS standing (work, shard, holder, until)
    SELECT {columns} FROM {shards} ORDER BY 2
    ON CONFLICT (work, shard) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE standing.holder = excluded.holder OR standing.until <= :now
    RETURNING shard"""
_TAKE = Statement(
    sa.text(
        _TAKING.format(
            columns=":work, value, :holder, :until", shards="json_each(:shards) WHERE true"
        )
    ),
    postgresql=sa.text(
        _TAKING.format(
            columns="CAST(:work AS text), shard, CAST(:holder AS text),"
            " CAST(:until AS timestamptz)",
            shards="unnest(CAST(:shards AS int[])) AS wanted(shard)",
        )
    ),
)


class SqlLeases(Leases):
    """Each statement commits by itself: a holder that freezes between two keeps nobody waiting."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._driver = database.driver

    def hold(
        self, work: str, holder: str, shards: int, now: datetime, until: datetime
    ) -> frozenset[int]:
        asked = {
            "work": work,
            "holder": holder,
            "now": self._driver.to_instant(now),
            "until": self._driver.to_instant(until),
        }
        self._ask(_FORGET, **asked)
        self._ask(_COME, **asked)
        for look in range(TRIES_MAX):
            wanted, taken = self._share(holder, shards, asked, gives_up=look == 0)
            if taken == wanted:
                break
        return taken

    def release(self, work: str, holder: str) -> None:
        self._ask(_GIVE_UP_ALL, work=work, holder=holder)
        self._ask(_LEAVE, work=work, holder=holder)

    def _share(
        self, holder: str, shards: int, asked: Mapping[str, Any], *, gives_up: bool
    ) -> tuple[frozenset[int], frozenset[int]]:
        """What it should have, and what it got: others may have been quicker.

        Whoever looks again has just taken what it has. Others who came meanwhile found nothing
        free, and are gone: what it gave up now would lie until they call again.
        """
        ((live,),) = self._ask(_HOLDERS, **asked)
        held = {shard: who == holder for shard, who in self._ask(_HELD, **asked)}
        mine = frozenset(shard for shard, is_mine in held.items() if is_mine)
        wanted = fair_share(shards, max(live, 1), mine, frozenset(range(shards)) - held.keys())
        if not gives_up:
            wanted |= mine
        elif mine - wanted:
            self._ask(_GIVE_UP, shards=self._driver.numbers(mine - wanted), **asked)
        taken = self._ask(_TAKE, shards=self._driver.numbers(wanted), **asked)
        return wanted, frozenset(shard for (shard,) in taken)

    def _ask(self, statement: Statement, **asked: Any) -> list[Any]:
        return self._database.rows(statement, asked)
