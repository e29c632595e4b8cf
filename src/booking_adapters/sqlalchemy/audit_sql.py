"""The promises as queries: each finds (tenant, subject, detail) of what breaks it.

Both databases read them as they stand; `:most` bounds what they find.
"""

from __future__ import annotations

from booking_adapters.sqlalchemy.columns import quoted
from booking_core.domain.booking.lifecycle import HOLDING
from booking_core.domain.payment.lifecycle import RefundState

# Each live claim beside the latest end of those that begin before it on the same unit.
NO_DOUBLE_BOOKING = """
SELECT tenant_id, CAST(holder_id AS TEXT),
  'unit ' || unit || ' of resource ' || resource_key || ', also claimed by '
    || CAST(before AS TEXT)
FROM (
  SELECT tenant_id, resource_key, unit, starts_at, holder_id,
    lag(holder_id) OVER earlier AS before,
    max(ends_at) OVER (earlier ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
  FROM booking_claim WHERE live
  WINDOW earlier AS (PARTITION BY tenant_id, resource_key, unit ORDER BY starts_at, ends_at)
) AS ordered
WHERE starts_at < busy_until LIMIT :most"""

# Bookings are compared with their items, claim by claim, elsewhere.
BLOCKS_ALL_OR_NOTHING = """
SELECT b.tenant_id, CAST(b.id AS TEXT), 'block with ' || count(c.holder_id) || ' claims'
FROM booking_block AS b
LEFT JOIN booking_claim AS c ON c.tenant_id = b.tenant_id AND c.live_block_id = b.id
GROUP BY b.tenant_id, b.id, b.claims, b.lifted_at
HAVING count(c.holder_id) <> CASE WHEN b.lifted_at IS NULL THEN b.claims ELSE 0 END
LIMIT :most"""

NOTHING_LOST = """
SELECT b.tenant_id, CAST(b.id AS TEXT),
  count(e.sequence) || ' events up to ' || coalesce(max(e.sequence), 0) || ', of ' || b.sequence
FROM booking AS b
LEFT JOIN booking_event AS e ON e.tenant_id = b.tenant_id AND e.booking_id = b.id
GROUP BY b.tenant_id, b.id, b.sequence
HAVING count(e.sequence) <> b.sequence OR coalesce(max(e.sequence), 0) <> b.sequence
LIMIT :most"""

# Every transfer twice, once for each side; what attempts captured is set against the provider.
MONEY_CONSERVED = """
WITH told AS (
  SELECT tenant_id, booking_id, currency, credit AS account, amount_minor AS minor
  FROM booking_transfer
  UNION ALL
  SELECT tenant_id, booking_id, currency, debit, -amount_minor FROM booking_transfer
  UNION ALL
  SELECT tenant_id, booking_id, currency, 'captured', amount_minor
  FROM booking_transfer WHERE debit = 'PROVIDER'
  UNION ALL
  SELECT tenant_id, booking_id, captured_currency, 'captured', -captured_minor
  FROM booking_payment WHERE captured_minor IS NOT NULL
)
SELECT tenant_id, CAST(booking_id AS TEXT), account || ': ' || sum(minor) || ' ' || currency
FROM told WHERE account <> 'PROVIDER'
GROUP BY tenant_id, booking_id, currency, account
HAVING sum(minor) < 0 OR (account = 'captured' AND sum(minor) <> 0)
LIMIT :most"""

HOLDS_END = f"""
SELECT b.tenant_id, CAST(b.id AS TEXT), b.state || ', or its claims, lapse at another time'
FROM booking AS b
WHERE (b.state IN ({quoted(HOLDING)})) <> (b.expires_at IS NOT NULL)
  OR EXISTS (
    SELECT 1 FROM booking_claim AS c
    WHERE c.tenant_id = b.tenant_id AND c.live_booking_id = b.id
      AND CASE WHEN c.held_until IS NULL OR b.expires_at IS NULL
        THEN (c.held_until IS NULL) <> (b.expires_at IS NULL)
        ELSE c.held_until <> b.expires_at END)
LIMIT :most"""

# Owed once, in full; gone back once if the provider says so, and else not at all.
REFUNDS_AGREE = f"""
SELECT r.tenant_id, CAST(r.booking_id AS TEXT), 'refund ' || CAST(r.id AS TEXT)
  || ', ' || r.state || ': ' || coalesce(sum(t.owed), 0) || ' owed, '
  || coalesce(sum(t.returned), 0) || ' returned, of ' || r.amount_minor || ' ' || r.currency
FROM booking_refund AS r
LEFT JOIN (
  SELECT tenant_id, refund_id, currency,
    CASE WHEN credit = 'DUE_BACK' THEN amount_minor ELSE 0 END AS owed,
    CASE WHEN credit = 'PROVIDER' THEN amount_minor ELSE 0 END AS returned
  FROM booking_transfer
) AS t ON t.tenant_id = r.tenant_id AND t.refund_id = r.id AND t.currency = r.currency
GROUP BY r.tenant_id, r.booking_id, r.id, r.state, r.amount_minor, r.currency
HAVING coalesce(sum(t.owed), 0) <> r.amount_minor OR coalesce(sum(t.returned), 0)
  <> CASE WHEN r.state = '{RefundState.SUCCEEDED}' THEN r.amount_minor ELSE 0 END
LIMIT :most"""

TENANTS_APART = """
SELECT c.tenant_id, CAST(c.holder_id AS TEXT),
  'unit ' || c.unit || ' of resource ' || c.resource_key
    || ', or who claims it, is not the tenant''s'
FROM booking_claim AS c
WHERE NOT EXISTS (
    SELECT 1 FROM booking_unit AS u WHERE u.tenant_id = c.tenant_id
      AND u.resource_key = c.resource_key AND u.number = c.unit)
  OR (c.blocks AND NOT EXISTS (
    SELECT 1 FROM booking_block AS b WHERE b.tenant_id = c.tenant_id AND b.id = c.holder_id))
  OR (NOT c.blocks AND NOT EXISTS (
    SELECT 1 FROM booking AS b WHERE b.tenant_id = c.tenant_id AND b.id = c.holder_id))
LIMIT :most"""

ANSWERS_STAND = """
SELECT a.tenant_id, CAST(a.booking_id AS TEXT), 'answered ' || a.operation || ', but not stored'
FROM booking_answer AS a
LEFT JOIN booking AS b ON b.tenant_id = a.tenant_id AND b.id = a.booking_id
WHERE b.id IS NULL LIMIT :most"""
