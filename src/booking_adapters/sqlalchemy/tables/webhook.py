"""Where tenants want to be told what happens, what is told, and how far each telling is."""

from __future__ import annotations

import sqlalchemy as sa

from booking_adapters.sqlalchemy.columns import (
    COUNT,
    count,
    document,
    id_,
    instant,
    maybe_amount,
    maybe_instant,
    maybe_text,
    one_of,
    table,
    text,
)
from booking_adapters.sqlalchemy.tables.metadata import metadata
from booking_core.domain.webhook.delivery import DeliveryState
from booking_core.domain.webhook.webhook import WebhookState

# Failures are counted as they happen; `revision` is that of what the tenant decides.
webhook = table(
    "booking_webhook",
    metadata,
    count("tenant_id"),
    id_("id"),
    text("url"),
    document("events"),
    document("secrets"),
    instant("created_at"),
    text("state"),
    maybe_text("disabled"),
    count("failures"),
    maybe_instant("failing_since"),
    count("revision"),
    sa.PrimaryKeyConstraint("id", "tenant_id", name="booking_webhook_pkey"),
    sa.ForeignKeyConstraint(
        ["tenant_id"], ["booking_tenant.key"], name="booking_webhook_tenant_fkey"
    ),
    one_of("state", WebhookState, "booking_webhook_state_is_known"),
    sa.CheckConstraint(
        f"(state = '{WebhookState.DISABLED}') = (disabled IS NOT NULL)",
        name="booking_webhook_disabled_for_a_reason",
    ),
    sa.CheckConstraint(
        "failures >= 0 AND (failures > 0) = (failing_since IS NOT NULL)",
        name="booking_webhook_fails_since",
    ),
    sa.CheckConstraint("revision >= 1", name="booking_webhook_revision_counts"),
    sa.Index("booking_webhook_by_tenant", "tenant_id", "id"),
)

# Once, however many webhooks it is told to: byte for byte what is signed.
webhook_message = table(
    "booking_webhook_message",
    metadata,
    count("tenant_id"),
    id_("event_id"),
    text("type"),
    sa.Column("body", sa.LargeBinary, nullable=False),
    instant("created_at"),
    sa.PrimaryKeyConstraint("event_id", "tenant_id", name="booking_webhook_message_pkey"),
    sa.Index("booking_webhook_message_by_age", "created_at"),
)

webhook_delivery = table(
    "booking_webhook_delivery",
    metadata,
    count("tenant_id"),
    id_("id"),
    id_("webhook_id"),
    id_("event_id"),
    instant("created_at"),
    text("state"),
    count("attempts"),
    maybe_instant("next_at"),
    maybe_instant("last_at"),
    sa.Column("last_status", COUNT),
    maybe_text("last_failure"),
    maybe_amount("last_took_us"),
    sa.PrimaryKeyConstraint("id", "tenant_id", name="booking_webhook_delivery_pkey"),
    # Begins with the event, so that nobody is tempted to read a whole log by it and sort that.
    sa.UniqueConstraint(
        "event_id", "webhook_id", "tenant_id", name="booking_webhook_delivery_is_one_per_event"
    ),
    sa.ForeignKeyConstraint(
        ["webhook_id", "tenant_id"],
        ["booking_webhook.id", "booking_webhook.tenant_id"],
        ondelete="CASCADE",
        name="booking_webhook_delivery_webhook_fkey",
    ),
    sa.ForeignKeyConstraint(
        ["event_id", "tenant_id"],
        ["booking_webhook_message.event_id", "booking_webhook_message.tenant_id"],
        name="booking_webhook_delivery_message_fkey",
    ),
    one_of("state", DeliveryState, "booking_webhook_delivery_state_is_known"),
    sa.CheckConstraint(
        f"(state = '{DeliveryState.PENDING}') = (next_at IS NOT NULL)",
        name="booking_webhook_delivery_waits_until_due",
    ),
    sa.CheckConstraint("attempts >= 0", name="booking_webhook_delivery_counts"),
    sa.CheckConstraint(
        "(last_at IS NULL) = (last_took_us IS NULL)"
        " AND (last_at IS NULL OR (last_status IS NULL) <> (last_failure IS NULL))",
        name="booking_webhook_delivery_ended_somehow",
    ),
    sa.Index(
        "booking_webhook_delivery_due",
        "next_at",
        "id",
        postgresql_where=sa.text("next_at IS NOT NULL"),
        sqlite_where=sa.text("next_at IS NOT NULL"),
    ),
    sa.Index("booking_webhook_delivery_log", "webhook_id", "id"),
    sa.Index("booking_webhook_delivery_by_age", "created_at"),
)
