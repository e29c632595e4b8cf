"""Tenants, and what each of them sells."""

from __future__ import annotations

import sqlalchemy as sa

from booking_adapters.sqlalchemy.columns import (
    COUNT,
    count,
    document,
    flag,
    instant,
    table,
    text,
)
from booking_adapters.sqlalchemy.tables.metadata import metadata

# Integers stand for tenants, resources and units everywhere else: in the index that refuses
# overlaps, text costs three times as much. They are given once and never change.

tenant = table(
    "booking_tenant",
    metadata,
    sa.Column("key", sa.Integer, sa.Identity(always=True), primary_key=True),
    text("id"),
    text("name"),
    flag("cancels_on_external_refund"),
    sa.UniqueConstraint("id", name="booking_tenant_id_unique"),
)

resource = table(
    "booking_resource",
    metadata,
    count("tenant_id"),
    count("key"),  # Counted per tenant.
    text("id"),
    text("provider_id"),
    count("revision"),
    document("document"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="booking_resource_pkey"),
    sa.UniqueConstraint("key", "tenant_id", name="booking_resource_key_unique"),
    sa.ForeignKeyConstraint(
        ["tenant_id"], ["booking_tenant.key"], name="booking_resource_tenant_fkey"
    ),
    sa.CheckConstraint("revision >= 1", name="booking_resource_revision_counts"),
)
# A unit that is withdrawn stays, because past claims tell of it; `offered` is its number while it
# can be claimed. Live claims refer to `offered`, so that none can outlive or outrun a withdrawal.
unit = table(
    "booking_unit",
    metadata,
    count("tenant_id"),
    count("resource_key"),
    count("number"),
    text("id"),
    count("position"),
    text("category"),
    count("seat_row"),
    count("seat_number"),
    sa.Column("offered", COUNT),
    sa.PrimaryKeyConstraint("tenant_id", "resource_key", "number", name="booking_unit_pkey"),
    sa.UniqueConstraint("tenant_id", "resource_key", "id", name="booking_unit_id_unique"),
    sa.UniqueConstraint("tenant_id", "resource_key", "offered", name="booking_unit_offered_unique"),
    sa.ForeignKeyConstraint(
        ["tenant_id", "resource_key"],
        ["booking_resource.tenant_id", "booking_resource.key"],
        name="booking_unit_resource_fkey",
    ),
    sa.CheckConstraint("offered = number", name="booking_unit_offered_under_its_number"),
)

service = table(
    "booking_service",
    metadata,
    count("tenant_id"),
    text("id"),
    text("provider_id"),
    count("revision"),
    document("document"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="booking_service_pkey"),
    sa.ForeignKeyConstraint(
        ["tenant_id"], ["booking_tenant.key"], name="booking_service_tenant_fkey"
    ),
    sa.CheckConstraint("revision >= 1", name="booking_service_revision_counts"),
)

performance = table(
    "booking_performance",
    metadata,
    count("tenant_id"),
    text("id"),
    text("provider_id"),
    text("resource_id"),
    instant("starts_at"),
    instant("ends_at"),
    count("revision"),
    document("document"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="booking_performance_pkey"),
    sa.ForeignKeyConstraint(
        ["tenant_id", "resource_id"],
        ["booking_resource.tenant_id", "booking_resource.id"],
        name="booking_performance_resource_fkey",
    ),
    sa.CheckConstraint("revision >= 1", name="booking_performance_revision_counts"),
    sa.CheckConstraint("starts_at < ends_at", name="booking_performance_lasts"),
)
