"""The statements of a commit. A row's values follow the tenant's key, in the row's order.

Claims go before their booking ends and come after it lives: so no foreign key is ever broken.
"""

from __future__ import annotations

from collections.abc import Mapping

from booking_adapters.sqlalchemy import rows as r


def _numbered(columns: Mapping[str, str]) -> dict[str, str]:
    """The parameters by column: ?1 is the tenant."""
    return {column: f"?{number}" for number, column in enumerate(columns, start=2)}


def _insert(table: str, columns: Mapping[str, str], **more: str) -> str:
    values = {"tenant_id": "?1", **_numbered(columns), **more}
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(values.values())})"


def _upsert(table: str, columns: Mapping[str, str], *changing: str) -> str:
    changes = ", ".join(f"{column} = excluded.{column}" for column in changing)
    insert = _insert(table, columns)
    return f"{insert} ON CONFLICT (tenant_id, id) DO UPDATE SET {changes}"


def _next_version(table: str, columns: Mapping[str, str]) -> str:
    values = _numbered(columns)
    changes = ", ".join(f"{column} = {value}" for column, value in values.items() if column != "id")
    return (
        f"UPDATE {table} SET {changes} WHERE tenant_id = ?1"
        f" AND id = {values['id']} AND version = {values['version']} - 1"
    )


def _current(table: str) -> str:
    return f"SELECT 1 FROM {table} WHERE tenant_id = ?1 AND id = ?2 AND revision = ?3"


# What was judged by stands: one row for each, or nothing is done.
CURRENT = {
    "resources": _current("booking_resource"),
    "services": _current("booking_service"),
    "performances": _current("booking_performance"),
}

HOLDS = """SELECT count(DISTINCT b.id) FROM booking AS b
JOIN booking_claim AS c ON c.tenant_id = b.tenant_id AND c.live_booking_id = b.id
WHERE b.tenant_id = ?1 AND b.customer_id = ?2 AND c.resource_key = ?3 AND b.expires_at > ?4
  AND b.id NOT IN (SELECT value FROM json_each(?5))"""

RELEASED = """UPDATE booking_claim SET live = 0
WHERE tenant_id = ?1 AND resource_key = ?2 AND unit = ?3 AND starts_at = ?4 AND ends_at = ?5
  AND holder_id = ?6 AND live"""

TOUCHED = """UPDATE booking_claim SET pinned = ?6, held_until = ?7
WHERE tenant_id = ?1 AND resource_key = ?2 AND unit = ?3 AND starts_at = ?4 AND holder_id = ?5
  AND live AND (pinned, held_until) IS NOT (?6, ?7)"""

# Each must change as many rows as it is given.
COUNTED = {
    "released": RELEASED,
    "moved": _next_version("booking", r.MOVED),
    "lifted": _next_version("booking_block", r.LIFTED),
    "made": _insert("booking", r.MADE),
    "laid": _insert("booking_block", r.LAID),
    "claimed": _insert("booking_claim", r.CLAIMED, live="1"),
}

WRITTEN = {
    "touched": TOUCHED,
    "payments": _upsert(
        "booking_payment",
        r.PAYMENT,
        *("state", "provider_ref", "checkout_url", "captured_minor", "captured_currency"),
        "failure",
    ),
    "refunds": _upsert("booking_refund", r.REFUND, "state", "provider_ref", "failure"),
    "events": _insert(
        "booking_event",
        r.EVENT,
        position="(SELECT coalesce(max(position), 0) + 1 FROM booking_event)",
    ),
    "answers": _insert("booking_answer", r.ANSWER),
}

TRANSFER = _insert("booking_transfer", r.TRANSFER)

OVERDUE = """SELECT 1 FROM booking
WHERE tenant_id = ?1 AND id = ?2 AND state = ?3 AND version = ?4 AND expires_at <= ?5"""

FREED = "UPDATE booking_claim SET live = 0 WHERE tenant_id = ?1 AND live_booking_id = ?2"

EXPIRED = """UPDATE booking SET state = ?3, reason_code = ?4, expires_at = NULL,
  version = version + 1, sequence = ?5 WHERE tenant_id = ?1 AND id = ?2"""
