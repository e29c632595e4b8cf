"""Of whom a receipt is awaited for which event, and how far each of them is."""

from __future__ import annotations

import sqlalchemy as sa

from booking_adapters.sqlalchemy.columns import count, flag, id_, instant, table, text
from booking_adapters.sqlalchemy.tables.metadata import metadata

# `event_id` is a text as in receipts: they are compared row by row.
awaited = table(
    "booking_awaited",
    metadata,
    text("event_id"),
    text("consumer"),
    count("tenant_id"),
    id_("booking_id"),
    count("sequence"),
    instant("sent_at"),
    instant("told_at"),
    count("again"),
    instant("due_at"),
    flag("lags"),
    sa.PrimaryKeyConstraint("event_id", "consumer", "tenant_id", name="booking_awaited_pkey"),
    sa.CheckConstraint("again >= 0", name="booking_awaited_counts"),
    sa.Index("booking_awaited_by_due", "due_at"),
    sa.Index(
        "booking_awaited_lagging",
        "consumer",
        "told_at",
        postgresql_where=sa.text("lags"),
        sqlite_where=sa.text("lags"),
    ),
)

# When what a consumer answered had been told first: the latest of it.
reached = table(
    "booking_reached",
    metadata,
    text("consumer"),
    instant("sent_at"),
    sa.PrimaryKeyConstraint("consumer", name="booking_reached_pkey"),
)
