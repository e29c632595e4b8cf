"""What a commit writes, as rows: the core's nouns in the columns' order, keys for names.

Each tuple below says the order of one kind of row; the databases' writers rely on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

Row: TypeAlias = tuple[Any, ...]
# Instants as the driver takes them: datetimes, or whole microseconds.
ToInstant: TypeAlias = Callable[[datetime | None], Any]

CLAIMED = {
    "resource_key": "int",
    "unit": "int",
    "starts_at": "timestamptz",
    "ends_at": "timestamptz",
    "holder_id": "uuid",
    "blocks": "bool",
    "since": "int",
    "pinned": "bool",
    "held_until": "timestamptz",
}
RELEASED = {
    "resource_key": "int",
    "unit": "int",
    "starts_at": "timestamptz",
    "ends_at": "timestamptz",
    "holder_id": "uuid",
}
TOUCHED = {
    "resource_key": "int",
    "unit": "int",
    "starts_at": "timestamptz",
    "holder_id": "uuid",
    "pinned": "bool",
    "held_until": "timestamptz",
}
MADE = {
    "id": "uuid",
    "code": "text",
    "customer_id": "text",
    "provider_id": "text",
    "state": "text",
    "version": "int",
    "sequence": "int",
    "created_at": "timestamptz",
    "starts_at": "timestamptz",
    "ends_at": "timestamptz",
    "expires_at": "timestamptz",
    "checked_in_at": "timestamptz",
    "price_minor": "bigint",
    "currency": "text",
    "reason_code": "text",
    "flag": "text",
    "items": "json",
    "terms": "text",
    "terms_hash": "text",
    "claims": "int",
}
MOVED = {
    "id": "uuid",
    "state": "text",
    "version": "int",
    "sequence": "int",
    "starts_at": "timestamptz",
    "ends_at": "timestamptz",
    "expires_at": "timestamptz",
    "checked_in_at": "timestamptz",
    "price_minor": "bigint",
    "currency": "text",
    "reason_code": "text",
    "flag": "text",
    "items": "json",
    "claims": "int",
}
PAYMENT = {
    "id": "uuid",
    "booking_id": "uuid",
    "number": "int",
    "amount_minor": "bigint",
    "currency": "text",
    "provider": "text",
    "created_at": "timestamptz",
    "state": "text",
    "provider_ref": "text",
    "checkout_url": "text",
    "captured_minor": "bigint",
    "captured_currency": "text",
    "failure": "text",
}
REFUND = {
    "id": "uuid",
    "booking_id": "uuid",
    "number": "int",
    "payment_id": "uuid",
    "amount_minor": "bigint",
    "currency": "text",
    "reason": "text",
    "created_at": "timestamptz",
    "state": "text",
    "provider_ref": "text",
    "failure": "text",
}
TRANSFER = {
    "booking_id": "uuid",
    "number": "int",
    "debit": "text",
    "credit": "text",
    "amount_minor": "bigint",
    "currency": "text",
    "at": "timestamptz",
    "payment_id": "uuid",
    "refund_id": "uuid",
}
LAID = {
    "id": "uuid",
    "resource_key": "int",
    "unit_ids": "json",
    "starts_at": "timestamptz",
    "ends_at": "timestamptz",
    "reason": "text",
    "created_at": "timestamptz",
    "lifted_at": "timestamptz",
    "version": "int",
    "claims": "int",
}
LIFTED = {"id": "uuid", "lifted_at": "timestamptz", "version": "int"}
EVENT = {
    "booking_id": "uuid",
    "sequence": "int",
    "event_id": "uuid",
    "type": "text",
    "at": "timestamptz",
    "correlation_id": "text",
    "causation_id": "text",
    "actor": "text",
    "schema_version": "int",
    "data": "json",
}
ANSWER = {
    "principal": "text",
    "operation": "text",
    "key": "text",
    "fingerprint": "text",
    "at": "timestamptz",
    "booking_id": "uuid",
    "payment_id": "uuid",
    "snapshot": "json",
}
JUDGED = {"id": "text", "revision": "int"}
LAPSED = {
    "tenant_id": "int",
    "id": "uuid",
    "was": "text",
    "version": "int",
    "state": "text",
    "reason_code": "text",
    "sequence": "int",
    "event_id": "uuid",
    "type": "text",
    "at": "timestamptz",
    "correlation_id": "text",
    "causation_id": "text",
    "actor": "text",
    "schema_version": "int",
    "data": "json",
}
LIMIT = {"customer_id": "text", "resource_key": "int", "holds_max": "int", "own": "int"}


@dataclass(slots=True, kw_only=True)
class Rows:
    """One commit. `tenant` is the tenant's key, `now` in the driver's terms."""

    tenant: int
    now: Any
    claimed: list[Row] = field(default_factory=list)
    released: list[Row] = field(default_factory=list)
    touched: list[Row] = field(default_factory=list)
    made: list[Row] = field(default_factory=list)
    moved: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    refunds: list[Row] = field(default_factory=list)
    transfers: list[Row] = field(default_factory=list)
    laid: list[Row] = field(default_factory=list)
    lifted: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    answers: list[Row] = field(default_factory=list)
    resources: list[Row] = field(default_factory=list)
    services: list[Row] = field(default_factory=list)
    performances: list[Row] = field(default_factory=list)
    limits: list[Row] = field(default_factory=list)
