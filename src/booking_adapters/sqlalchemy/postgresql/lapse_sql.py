"""A batch of overdue holds, expired by one statement."""

from __future__ import annotations

from booking_adapters.sqlalchemy.postgresql.rowset import Rowset, Sql
from booking_adapters.sqlalchemy.rows import LAPSED

LAPSE = Rowset("lapse", LAPSED)

# Whoever is changing a hold at this very moment is not waited for: it is not overdue any more, or
# the next batch finds it. OFFSET 0 has each looked up by its key and only then judged: a plan made
# while there are few would otherwise walk through all that is overdue for each of the batch.
_SQL = """WITH standing AS MATERIALIZED (
  SELECT l.* FROM {lapses} AS l CROSS JOIN LATERAL (
    SELECT b.version, b.state, b.expires_at FROM booking AS b
    WHERE b.tenant_id = l.tenant_id AND b.id = l.id
    OFFSET 0 FOR UPDATE SKIP LOCKED) AS b
  WHERE b.version = l.version AND b.state = l.was AND b.expires_at <= :now::timestamptz),
expired AS (
  UPDATE booking AS b SET state = s.state, reason_code = s.reason_code, expires_at = NULL,
    version = s.version + 1, sequence = s.sequence
  FROM standing AS s WHERE b.tenant_id = s.tenant_id AND b.id = s.id
  RETURNING 1),
freed AS (
  UPDATE booking_claim AS c SET live = false FROM standing AS s
  WHERE c.tenant_id = s.tenant_id AND c.live_booking_id = s.id),
told AS (
  INSERT INTO booking_event (tenant_id, booking_id, sequence, event_id, type, at,
    correlation_id, causation_id, actor, schema_version, data)
  SELECT tenant_id, id, sequence, event_id, type, at,
    correlation_id, causation_id, actor, schema_version, data FROM standing)
SELECT count(*) FROM expired"""

LAPSE_SQL = {many: Sql(_SQL.format(lapses=LAPSE.source(many))) for many in (False, True)}
