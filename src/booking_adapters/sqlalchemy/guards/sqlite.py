"""The guards on SQLite. Batch migrations drop triggers silently: these are made after them."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from booking_adapters.sqlalchemy.guards.rules import Rule, rules

# Live claims of a unit never overlap, so the first that ends after the new one begins is the only
# one that can be in its way.
OVERLAP = """(SELECT first.starts_at FROM booking_claim AS first
  WHERE first.tenant_id = NEW.tenant_id AND first.resource_key = NEW.resource_key
    AND first.unit = NEW.unit AND first.live AND first.ends_at > NEW.starts_at
  ORDER BY first.ends_at LIMIT 1) < NEW.ends_at"""

UNCOVERED = """NEW.debit <> 'PROVIDER' AND (
  SELECT total(CASE credit WHEN NEW.debit THEN amount_minor ELSE -amount_minor END)
  FROM booking_transfer
  WHERE tenant_id = NEW.tenant_id AND booking_id = NEW.booking_id
    AND currency = NEW.currency AND NEW.debit IN (debit, credit)) < NEW.amount_minor"""

NOT_CAPTURED = """NEW.debit = 'PROVIDER' AND NOT EXISTS (SELECT 1 FROM booking_payment AS p
  WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.payment_id
    AND p.captured_minor = NEW.amount_minor AND p.captured_currency = NEW.currency)"""

MORE_THAN_CAME = """NEW.amount_minor + (
  SELECT total(r.amount_minor) FROM booking_refund AS r
  WHERE r.tenant_id = NEW.tenant_id AND r.booking_id = NEW.booking_id
    AND r.payment_id = NEW.payment_id AND r.id <> NEW.id) > coalesce((
  SELECT p.captured_minor FROM booking_payment AS p
  WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.payment_id
    AND p.captured_currency = NEW.currency), 0)"""

OWN = (
    Rule("booking_claim_no_overlap", "booking_claim", "INSERT", OVERLAP),
    Rule("booking_transfer_is_covered", "booking_transfer", "INSERT", UNCOVERED),
    Rule("booking_refund_is_captured", "booking_refund", "INSERT", MORE_THAN_CAME),
    Rule("booking_transfer_is_captured", "booking_transfer", "INSERT", NOT_CAPTURED),
)


def install(connection: sa.Connection) -> None:
    """Make the triggers anew."""
    for rule in _all():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {rule.name}")
        connection.exec_driver_sql(_trigger(rule))


def triggers() -> dict[str, str]:
    """All that `install` makes, as the database keeps it."""
    return {rule.name: _trigger(rule) for rule in _all()}


def _all() -> Iterator[Rule]:
    yield from rules()
    yield from OWN


def _trigger(rule: Rule) -> str:
    breach = (rule.breach or "").replace("<=>", "IS NOT")
    when = f"WHEN {breach}" if breach else ""
    return (
        f"CREATE TRIGGER {rule.name} BEFORE {rule.act} ON {rule.table} {when}"
        f" BEGIN SELECT RAISE(ABORT, '{rule.name}'); END"
    )
