"""The rules, each a sentence that a row must not break, in SQL that both databases read.

`IS DISTINCT FROM` is spelt `<=>` here; OLD and NEW are the row before and after.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from booking_adapters.sqlalchemy.columns import quoted
from booking_core.domain.booking.lifecycle import BOOKING_LIFECYCLE, INITIAL
from booking_core.domain.kernel.lifecycle import Lifecycle
from booking_core.domain.payment.lifecycle import PAYMENT_LIFECYCLE, REFUND_LIFECYCLE
from booking_core.domain.webhook.delivery import DELIVERY_LIFECYCLE


@dataclass(frozen=True, slots=True)
class Rule:
    """Before that act on a row of the table, `breach` must not be true; None: never that act."""

    name: str
    table: str
    act: str  # INSERT, UPDATE or DELETE
    breach: str | None = None


# What a row is, as against what becomes of it.
IDENTITY = {
    "booking_tenant": ("key", "id"),
    "booking_resource": ("tenant_id", "key", "id"),
    "booking_unit": ("tenant_id", "resource_key", "number", "id"),
    "booking_service": ("tenant_id", "id"),
    "booking_performance": ("tenant_id", "id"),
    "booking": (
        *("tenant_id", "id", "code", "customer_id", "provider_id", "created_at"),
        *("terms", "terms_hash"),
    ),
    "booking_claim": (
        *("tenant_id", "resource_key", "unit", "starts_at", "ends_at"),
        *("holder_id", "blocks", "since"),
    ),
    "booking_block": (
        *("tenant_id", "id", "resource_key", "starts_at", "ends_at", "reason"),
        *("created_at", "claims"),
    ),
    "booking_payment": (
        *("tenant_id", "id", "booking_id", "number", "amount_minor", "currency", "provider"),
        "created_at",
    ),
    "booking_refund": (
        *("tenant_id", "id", "booking_id", "number", "payment_id", "amount_minor", "currency"),
        *("reason", "created_at"),
    ),
    "booking_event": (
        *("position", "tenant_id", "booking_id", "sequence", "event_id", "type", "at"),
        *("correlation_id", "causation_id", "actor", "schema_version"),
    ),
    "booking_position": ("booking_id", "consumer", "tenant_id"),
    "booking_letter": ("id", "consumer", "identity", "message", "body", "first_at"),
    "booking_awaited": (
        *("event_id", "consumer", "tenant_id", "booking_id", "sequence", "sent_at"),
    ),
    "booking_reached": ("consumer",),
    "booking_webhook": ("tenant_id", "id", "created_at"),
    "booking_webhook_delivery": ("tenant_id", "id", "webhook_id", "event_id", "created_at"),
}
NEVER_CHANGED = (
    *("booking_transfer", "booking_answer", "booking_receipt", "booking_webhook_message"),
)
FORGOTTEN = ("booking_letter", "booking_awaited", "booking_webhook", "booking_webhook_delivery")
# Answers and receipts may be forgotten, letters settled, and receipts awaited no more.
KEPT = (*(table for table in IDENTITY if table not in FORGOTTEN), "booking_transfer")
REVISED = ("booking_resource", "booking_service", "booking_performance")


def rules() -> Iterator[Rule]:
    """All of them."""
    for table, columns in IDENTITY.items():
        changed = " OR ".join(f"OLD.{column} <=> NEW.{column}" for column in columns)
        yield Rule(f"{table}_stays_itself", table, "UPDATE", changed)
    for table in NEVER_CHANGED:
        yield Rule(f"{table}_never_changes", table, "UPDATE")
    for table in KEPT:
        yield Rule(f"{table}_is_never_erased", table, "DELETE")
    for table in REVISED:
        counts = "NEW.revision <> OLD.revision + 1"
        yield Rule(f"{table}_counts_revisions", table, "UPDATE", counts)
    yield from _bookings()
    yield from _claims()
    yield from _money()
    yield _moves("booking_webhook_delivery", DELIVERY_LIFECYCLE)
    back = "NEW.sequence <= OLD.sequence"
    yield Rule("booking_position_never_goes_back", "booking_position", "UPDATE", back)
    back = "NEW.sent_at <= OLD.sent_at"
    yield Rule("booking_reached_never_goes_back", "booking_reached", "UPDATE", back)


def _bookings() -> Iterator[Rule]:
    begins = f"NEW.state NOT IN ({quoted(INITIAL)}) OR NEW.version <> 1"
    yield Rule("booking_begins_in_an_initial_state", "booking", "INSERT", begins)
    yield _moves("booking", BOOKING_LIFECYCLE)
    counts = "NEW.version <> OLD.version + 1 OR NEW.sequence < OLD.sequence"
    yield Rule("booking_counts_versions", "booking", "UPDATE", counts)


def _claims() -> Iterator[Rule]:
    yield Rule("booking_claim_begins_live", "booking_claim", "INSERT", "NOT NEW.live")
    yield Rule("booking_claim_never_comes_back", "booking_claim", "UPDATE", "NOT OLD.live")
    yield Rule("booking_block_begins_once", "booking_block", "INSERT", "NEW.version <> 1")
    over = "OLD.lifted_at IS NOT NULL OR NEW.version <> OLD.version + 1"
    yield Rule("booking_block_never_comes_back", "booking_block", "UPDATE", over)


def _money() -> Iterator[Rule]:
    yield _moves("booking_payment", PAYMENT_LIFECYCLE)
    yield _moves("booking_refund", REFUND_LIFECYCLE)
    captured = (
        "OLD.captured_minor IS NOT NULL AND (OLD.captured_minor <=> NEW.captured_minor"
        " OR OLD.captured_currency <=> NEW.captured_currency)"
    )
    yield Rule("booking_payment_is_captured_once", "booking_payment", "UPDATE", captured)


def _moves(table: str, lifecycle: Lifecycle) -> Rule:  # type: ignore[type-arg]
    edges = ", ".join(sorted(f"'{before}>{after}'" for before, after in lifecycle.edges()))
    illegal = f"OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN ({edges})"
    return Rule(f"{table}_moves_by_its_table", table, "UPDATE", illegal)
