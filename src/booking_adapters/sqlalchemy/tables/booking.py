"""Bookings, the events that tell of them, and the answers given for them."""

from __future__ import annotations

import sqlalchemy as sa

from booking_adapters.sqlalchemy.columns import (
    ID,
    LARGE,
    count,
    derived,
    document,
    id_,
    instant,
    maybe_amount,
    maybe_id,
    maybe_instant,
    maybe_text,
    one_of,
    quoted,
    table,
    text,
)
from booking_adapters.sqlalchemy.tables.metadata import metadata
from booking_core.domain.booking.lifecycle import HOLDING, LIVE, BookingState

ENDED = frozenset(BookingState) - HOLDING - {BookingState.CONFIRMED}

# No foreign key to the tenant: every new booking would lock that one row. A live booking has
# claims (a trigger sees to it), a claim a unit, and a unit its tenant.
booking = table(
    "booking",
    metadata,
    count("tenant_id"),
    id_("id"),
    text("code"),
    text("customer_id"),
    text("provider_id"),
    text("state"),
    count("version"),
    count("sequence"),
    instant("created_at"),
    instant("starts_at"),
    instant("ends_at"),
    maybe_instant("expires_at"),
    maybe_instant("checked_in_at"),
    maybe_amount("price_minor"),
    maybe_text("currency"),
    maybe_text("reason_code"),
    maybe_text("flag"),
    document("items"),
    text("terms"),  # The canonical JSON itself, so that the database can hash it too.
    text("terms_hash"),
    count("claims"),  # How many it has while it is live.
    derived("live_id", ID, f"CASE WHEN state IN ({quoted(LIVE)}) THEN id END"),
    sa.PrimaryKeyConstraint("id", "tenant_id", name="booking_pkey"),
    sa.UniqueConstraint("live_id", "tenant_id", name="booking_live_unique"),
    one_of("state", BookingState, "booking_state_is_known"),
    sa.CheckConstraint("version >= 1 AND sequence >= 0", name="booking_counts"),
    sa.CheckConstraint("starts_at < ends_at", name="booking_lasts"),
    sa.CheckConstraint("claims >= 1", name="booking_claims_something"),
    sa.CheckConstraint(
        f"(state IN ({quoted(HOLDING)})) = (expires_at IS NOT NULL)", name="booking_hold_ends"
    ),
    sa.CheckConstraint(
        f"state NOT IN ({quoted(ENDED)}) OR reason_code IS NOT NULL",
        name="booking_end_has_a_reason",
    ),
    sa.CheckConstraint(
        "(price_minor IS NULL) = (currency IS NULL) AND (price_minor IS NULL OR price_minor >= 0)",
        name="booking_price_is_money",
    ),
    sa.CheckConstraint(
        "terms_hash = encode(sha256(convert_to(terms, 'UTF8')), 'hex')",
        name="booking_terms_match_their_hash",
    ).ddl_if(dialect="postgresql"),
    # Neither keys nor these begin with the tenant: to look up a key, foreign keys' included,
    # PostgreSQL takes any index that begins with a part of it, as long as it has no statistics,
    # and then walks through the whole tenant.
    sa.Index("booking_by_age", sa.text("(tenant_id + 0)"), "created_at", "id"),
    sa.Index("booking_by_customer", "customer_id", "tenant_id", "created_at", "id"),
    sa.Index("booking_by_provider", "provider_id", "tenant_id", "created_at", "id"),
    sa.Index(
        "booking_by_deadline",
        "expires_at",
        postgresql_where=sa.text("expires_at IS NOT NULL"),
        sqlite_where=sa.text("expires_at IS NOT NULL"),
    ),
)

# A booking's history and, until `published_at` says that a row has been told, the outbox.
event = table(
    "booking_event",
    metadata,
    sa.Column("position", LARGE, sa.Identity(always=True), nullable=False),
    count("tenant_id"),
    id_("booking_id"),
    count("sequence"),
    id_("event_id"),
    text("type"),
    instant("at"),
    text("correlation_id"),
    maybe_text("causation_id"),
    text("actor"),
    count("schema_version"),
    document("data"),
    maybe_instant("published_at"),
    sa.PrimaryKeyConstraint("booking_id", "tenant_id", "sequence", name="booking_event_pkey"),
    sa.ForeignKeyConstraint(
        ["tenant_id", "booking_id"],
        ["booking.tenant_id", "booking.id"],
        name="booking_event_booking_fkey",
    ),
    sa.CheckConstraint("sequence >= 1", name="booking_event_sequence_counts"),
    # On SQLite, which counts positions by their highest, it holds all of them.
    sa.Index(
        "booking_event_unpublished",
        "position",
        postgresql_where=sa.text("published_at IS NULL"),
    ),
)

# There it has those that are not told alone, so that a relay need not pass all that ever were.
sa.Index(
    "booking_event_unsent",
    event.c.position,
    sqlite_where=event.c.published_at.is_(None),
).ddl_if(dialect="sqlite")

answer = table(
    "booking_answer",
    metadata,
    count("tenant_id"),
    text("principal"),
    text("operation"),
    text("key"),
    text("fingerprint"),
    instant("at"),
    id_("booking_id"),
    maybe_id("payment_id"),
    document("snapshot"),
    sa.PrimaryKeyConstraint(
        "tenant_id", "principal", "operation", "key", name="booking_answer_pkey"
    ),
    sa.Index("booking_answer_by_age", "at", postgresql_using="brin"),
)
