"""One commit as one statement: only the parts it needs, in an order that cannot deadlock.

Everything hangs on `go`, which holds only if nothing is seen to be in the way: then a refusal
writes nothing at all. What a snapshot cannot see, a race, is found out by counting the rows that
were changed; `granted` holds if the counts are right, and if they are not, the statement raises,
because what it has done must not stay. PostgreSQL runs a part that another part counts first,
so the counts are also what orders them: bookings, then releases, then claims.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from booking_adapters.sqlalchemy import rows as r
from booking_adapters.sqlalchemy.postgresql.rowset import Rowset, Sql


class Shape(NamedTuple):
    """How many rows of each kind a statement takes: 0, 1, or 2 for any number."""

    claimed: int = 0
    released: int = 0
    touched: int = 0
    made: int = 0
    moved: int = 0
    payments: int = 0
    refunds: int = 0
    transfers: int = 0
    laid: int = 0
    lifted: int = 0
    events: int = 0
    answers: int = 0
    resources: int = 0
    services: int = 0
    performances: int = 0
    limits: int = 0

    @property
    def locks(self) -> bool:
        """Whether it may wait for units in another order than somebody else does."""
        return self.claimed > 1 or bool(self.claimed and self.released)

    @property
    def may_be_partial(self) -> bool:
        """Whether something can have been written when the counts turn out wrong."""
        return self.claimed > 1 or bool(self.moved or self.lifted or self.released)


ROWSETS = {
    "claimed": Rowset("claimed", r.CLAIMED),
    "released": Rowset("released", r.RELEASED),
    "touched": Rowset("touched", r.TOUCHED),
    "made": Rowset("made", r.MADE),
    "moved": Rowset("moved", r.MOVED),
    "payments": Rowset("payment", r.PAYMENT),
    "refunds": Rowset("refund", r.REFUND),
    "transfers": Rowset("transfer", r.TRANSFER),
    "laid": Rowset("laid", r.LAID),
    "lifted": Rowset("lifted", r.LIFTED),
    "events": Rowset("event", r.EVENT),
    "answers": Rowset("answer", r.ANSWER),
    "resources": Rowset("resource", r.JUDGED),
    "services": Rowset("service", r.JUDGED),
    "performances": Rowset("performance", r.JUDGED),
    "limits": Rowset("limit", r.LIMIT),
}

LOCKS = """locks AS MATERIALIZED (
  SELECT count(pg_advisory_xact_lock(key)) AS held FROM unnest(:locks::bigint[]) AS key)"""

# OFFSET 0 keeps the planner from turning a look-up per claim into a join of all claims.
RIVALS = """rivals AS MATERIALIZED (
  SELECT rival.* FROM {claimed} AS wanted CROSS JOIN LATERAL (
    SELECT c.resource_key, c.unit, c.starts_at, c.ends_at, c.holder_id, c.blocks, c.held_until
    FROM booking_claim AS c
    WHERE c.tenant_id = :tenant::int AND c.resource_key = wanted.resource_key
      AND c.unit = wanted.unit AND c.live
      AND tstzrange(c.starts_at, c.ends_at, '[)')
        && tstzrange(wanted.starts_at, wanted.ends_at, '[)'){unless_released}
    OFFSET 0) AS rival)"""

UNLESS_RELEASED = """
      AND NOT EXISTS (SELECT FROM {released} AS going
        WHERE going.holder_id = c.holder_id AND going.resource_key = c.resource_key
          AND going.unit = c.unit AND going.starts_at = c.starts_at)"""

CURRENT = """(SELECT count(*) FROM {source} AS judged CROSS JOIN LATERAL (
    SELECT s.revision FROM booking_{noun} AS s
    WHERE s.tenant_id = :tenant::int AND s.id = judged.id OFFSET 0) AS standing
    WHERE standing.revision = judged.revision) = :{kind}_n::int"""

HOARDED = """NOT EXISTS (SELECT FROM {limits} AS at_most WHERE at_most.holds_max < at_most.own + (
    SELECT count(DISTINCT b.id) FROM booking AS b
    JOIN booking_claim AS c ON c.tenant_id = b.tenant_id AND c.live_booking_id = b.id
    WHERE b.tenant_id = :tenant::int AND b.customer_id = at_most.customer_id
      AND c.resource_key = at_most.resource_key AND b.expires_at > :now::timestamptz
      AND b.id <> ALL (:saved_ids::uuid[])))"""

# Rows are looked up one by one, by their keys, and changed where they were found: to a planner
# without statistics one walk through the tenant seems cheaper. A row that somebody else is changing
# is waited for, and judged again as it then stands.
MOVED = """moved AS (
  UPDATE booking AS b SET state = m.state, version = m.version, sequence = m.sequence,
    starts_at = m.starts_at, ends_at = m.ends_at, expires_at = m.expires_at,
    checked_in_at = m.checked_in_at, price_minor = m.price_minor, currency = m.currency,
    reason_code = m.reason_code, flag = m.flag, items = m.items, claims = m.claims
  FROM {moved} AS m, go, LATERAL (
    SELECT s.ctid AS place FROM booking AS s
    WHERE s.tenant_id = :tenant::int AND s.id = m.id OFFSET 0) AS found
  WHERE b.ctid = found.place AND b.version = m.version - 1
  RETURNING 1)"""

LIFTED = """lifted AS (
  UPDATE booking_block AS b SET lifted_at = l.lifted_at, version = l.version
  FROM {lifted} AS l, go, LATERAL (
    SELECT s.ctid AS place FROM booking_block AS s
    WHERE s.tenant_id = :tenant::int AND s.id = l.id OFFSET 0) AS found
  WHERE b.ctid = found.place AND b.version = l.version - 1
  RETURNING 1)"""

RELEASED = """released AS (
  UPDATE booking_claim AS c SET live = false
  FROM {released} AS gone, go, LATERAL (
    SELECT s.ctid AS place FROM booking_claim AS s
    WHERE s.tenant_id = :tenant::int AND s.resource_key = gone.resource_key
      AND s.holder_id = gone.holder_id AND s.unit = gone.unit
      AND s.starts_at = gone.starts_at AND s.ends_at = gone.ends_at OFFSET 0) AS found
  WHERE c.ctid = found.place AND c.live{after}
  RETURNING 1)"""

# Sorted, and without waiting for rivals that are inserting too: a plain INSERT into an exclusion
# constraint ends in deadlocks on a hot slot (three decisions a second).
CLAIMED = """claimed AS (
  INSERT INTO booking_claim (tenant_id, live, {columns})
  SELECT :tenant::int, true, wanted.* FROM {claimed} AS wanted, go{after}
  ORDER BY wanted.resource_key, wanted.unit, wanted.starts_at
  ON CONFLICT DO NOTHING RETURNING 1)"""

TOUCHED = """touched AS (
  UPDATE booking_claim AS c SET pinned = t.pinned, held_until = t.held_until
  FROM {touched} AS t, granted, LATERAL (
    SELECT s.ctid AS place FROM booking_claim AS s
    WHERE s.tenant_id = :tenant::int AND s.resource_key = t.resource_key
      AND s.holder_id = t.holder_id AND s.unit = t.unit AND s.starts_at = t.starts_at
    OFFSET 0) AS found
  WHERE c.ctid = found.place AND c.live
    AND (c.pinned, c.held_until) IS DISTINCT FROM (t.pinned, t.held_until))"""

INSERTED = """{kind}_in AS (
  INSERT INTO {table} (tenant_id, {columns})
  SELECT :tenant::int, given.* FROM {source} AS given, {granted}{conflict})"""

TABLES = {
    "made": "booking",
    "payments": "booking_payment",
    "refunds": "booking_refund",
    "transfers": "booking_transfer",
    "laid": "booking_block",
    "events": "booking_event",
    "answers": "booking_answer",
}

CONFLICTS = {
    "payments": """ ON CONFLICT (tenant_id, id) DO UPDATE SET state = excluded.state,
    provider_ref = excluded.provider_ref, checkout_url = excluded.checkout_url,
    captured_minor = excluded.captured_minor, captured_currency = excluded.captured_currency,
    failure = excluded.failure""",
    "refunds": """ ON CONFLICT (tenant_id, id) DO UPDATE SET state = excluded.state,
    provider_ref = excluded.provider_ref, failure = excluded.failure""",
}

ANSWERED = """EXISTS (SELECT FROM booking_answer AS a WHERE a.tenant_id = :tenant::int
    AND a.principal = :answer_principal::text AND a.operation = :answer_operation::text
    AND a.key = :answer_key::text)"""

SELECT = """SELECT CASE WHEN EXISTS (SELECT FROM {granted}) THEN true{refuse} ELSE false END,
  CASE WHEN NOT EXISTS (SELECT FROM go) THEN {answered} END, {current}{rivals}"""

REFUSE = " WHEN EXISTS (SELECT FROM go) THEN booking_refuse()"


@lru_cache(maxsize=1024)
def commit_sql(shape: Shape) -> Sql:
    """The statement for a commit of that shape; its row says whether it was done, or why not."""
    sources = {
        kind: ROWSETS[kind].source(number > 1) for kind, number in shape._asdict().items() if number
    }
    current = " AND ".join(
        CURRENT.format(source=sources[f"{noun}s"], noun=noun, kind=f"{noun}s")
        for noun in ("resource", "service", "performance")
        if f"{noun}s" in sources
    )
    refuse = REFUSE if shape.may_be_partial else ""
    select = SELECT.format(
        refuse=refuse,
        answered=ANSWERED if shape.answers else "false",
        granted=_granted(shape),
        current="(SELECT current FROM judged)" if current else "true",
        rivals=", (SELECT json_agg(rivals) FROM rivals)" if shape.claimed else ", NULL",
    )
    parts = ",\n".join(_parts(shape, sources, current))
    return Sql(f"WITH {parts}\n{select}")


def _parts(shape: Shape, sources: dict[str, str], current: str) -> Iterator[str]:
    if shape.locks:
        yield LOCKS
    if shape.claimed:
        unless = UNLESS_RELEASED.format(**sources) if shape.released else ""
        yield RIVALS.format(claimed=sources["claimed"], unless_released=unless)
    if current:
        yield f"judged AS MATERIALIZED (SELECT {current} AS current)"
    yield _go(shape, sources, current)
    done: list[str] = []
    for part, kind in ((MOVED, "moved"), (LIFTED, "lifted"), (RELEASED, "released")):
        if kind in sources:
            yield part.format(**sources, after=_counted(done, "\n    AND "))
            done.append(kind)
    if shape.claimed:
        columns = ROWSETS["claimed"].columns
        after = _counted(done, "\n  WHERE ")
        yield CLAIMED.format(columns=columns, claimed=sources["claimed"], after=after)
        done.append("claimed")
    granted = _granted(shape)
    if granted == "granted":
        yield f"granted AS MATERIALIZED (SELECT FROM go{_counted(done, ' WHERE ')})"
    if shape.touched:
        yield TOUCHED.format(**sources)
    for kind, table in TABLES.items():
        if kind in sources:
            columns, conflict = ROWSETS[kind].columns, CONFLICTS.get(kind, "")
            yield INSERTED.format(
                kind=kind,
                table=table,
                columns=columns,
                source=sources[kind],
                granted=granted,
                conflict=conflict,
            )


def _granted(shape: Shape) -> str:
    """What has a row only if all is as it should be: where one claim is all there is to count, it
    is that claim's own row."""
    counted = shape.moved or shape.lifted or shape.released or shape.claimed != 1
    return "granted" if counted or shape.touched else "claimed"


def _go(shape: Shape, sources: dict[str, str], current: str) -> str:
    conditions = ["(SELECT current FROM judged)"] if current else []
    if shape.claimed:
        conditions.append("NOT EXISTS (SELECT FROM rivals)")
    if shape.limits:
        conditions.append(HOARDED.format(**sources))
    if shape.locks:
        conditions.append("(SELECT held FROM locks) > 0")
    where = " WHERE " + "\n  AND ".join(conditions) if conditions else ""
    return f"go AS MATERIALIZED (SELECT{where})"


def _counted(kinds: list[str], before: str) -> str:
    """That every row of those kinds was changed, or nothing if there are none."""
    if not kinds:
        return ""
    return before + " AND ".join(
        f"(SELECT count(*) FROM {kind}) = :{kind}_n::int" for kind in kinds
    )
