"""Claims, in which no two may overlap, and the blocks that hold some of them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from booking_adapters.sqlalchemy.columns import (
    COUNT,
    ID,
    count,
    derived,
    document,
    flag,
    id_,
    instant,
    maybe_instant,
    table,
    text,
)
from booking_adapters.sqlalchemy.tables.metadata import metadata
from booking_core.domain.kernel.span import LONGEST

MICROSECONDS_MAX = LONGEST.days * 86_400_000_000
PERIOD = "tstzrange(starts_at, ends_at, '[)')"


def _lasts(name: str) -> tuple[sa.CheckConstraint, sa.CheckConstraint]:
    """Neither empty nor endless: the period is made of two bounds that cannot say so."""
    return (
        sa.CheckConstraint(
            "starts_at < ends_at AND isfinite(starts_at) AND isfinite(ends_at)"
            f" AND ends_at - starts_at <= interval '{LONGEST.days} days'",
            name=name,
        ).ddl_if(dialect="postgresql"),
        sa.CheckConstraint(
            f"starts_at < ends_at AND ends_at - starts_at <= {MICROSECONDS_MAX}", name=name
        ).ddl_if(dialect="sqlite"),
    )


block = table(
    "booking_block",
    metadata,
    count("tenant_id"),
    id_("id"),
    count("resource_key"),
    document("unit_ids"),
    instant("starts_at"),
    instant("ends_at"),
    text("reason"),
    instant("created_at"),
    maybe_instant("lifted_at"),
    count("version"),
    count("claims"),  # How many it has while it is live.
    derived("live_id", ID, "CASE WHEN lifted_at IS NULL THEN id END"),
    sa.PrimaryKeyConstraint("id", "tenant_id", name="booking_block_pkey"),
    sa.UniqueConstraint("live_id", "tenant_id", name="booking_block_live_unique"),
    sa.ForeignKeyConstraint(
        ["tenant_id", "resource_key"],
        ["booking_resource.tenant_id", "booking_resource.key"],
        name="booking_block_resource_fkey",
    ),
    sa.CheckConstraint("version >= 1 AND claims >= 1", name="booking_block_counts"),
    *_lasts("booking_block_lasts"),
    sa.Index("booking_block_by_resource", "resource_key", "tenant_id", "id"),
)

# What holds it is a booking or a block, alive as long as the claim is: the derived columns are
# NULL where they do not apply, and where they are not, the foreign keys hold. A claim is placed
# once; what has gone never comes back. `since` is the version in which its holder made it.
claim = table(
    "booking_claim",
    metadata,
    count("tenant_id"),
    count("resource_key"),
    count("unit"),
    instant("starts_at"),
    instant("ends_at"),
    id_("holder_id"),
    flag("blocks"),
    count("since"),
    flag("live"),
    flag("pinned"),
    maybe_instant("held_until"),
    derived("live_unit", COUNT, "CASE WHEN live THEN unit END"),
    derived("live_booking_id", ID, "CASE WHEN live AND NOT blocks THEN holder_id END"),
    derived("live_block_id", ID, "CASE WHEN live AND blocks THEN holder_id END"),
    sa.PrimaryKeyConstraint(
        "holder_id",
        "tenant_id",
        "resource_key",
        "unit",
        "starts_at",
        "since",
        name="booking_claim_pkey",
    ),
    sa.ForeignKeyConstraint(
        ["tenant_id", "resource_key", "live_unit"],
        ["booking_unit.tenant_id", "booking_unit.resource_key", "booking_unit.offered"],
        name="booking_claim_unit_fkey",
    ),
    sa.ForeignKeyConstraint(
        ["tenant_id", "live_booking_id"],
        ["booking.tenant_id", "booking.live_id"],
        name="booking_claim_booking_fkey",
    ),
    sa.ForeignKeyConstraint(
        ["tenant_id", "live_block_id"],
        ["booking_block.tenant_id", "booking_block.live_id"],
        name="booking_claim_block_fkey",
    ),
    *_lasts("booking_claim_lasts"),
    sa.CheckConstraint("NOT blocks OR held_until IS NULL", name="booking_claim_blocks_for_good"),
    ExcludeConstraint(
        (sa.column("tenant_id"), "="),
        (sa.column("resource_key"), "="),
        (sa.text(PERIOD), "&&"),
        (sa.column("unit"), "="),
        where=sa.text("live"),
        using="gist",
        name="booking_claim_no_overlap",
    ).ddl_if(dialect="postgresql"),
    sa.Index(
        "booking_claim_of_booking",
        "live_booking_id",
        "tenant_id",
        postgresql_where=sa.text("live_booking_id IS NOT NULL"),
        sqlite_where=sa.text("live_booking_id IS NOT NULL"),
    ),
    sa.Index(
        "booking_claim_of_block",
        "live_block_id",
        "tenant_id",
        postgresql_where=sa.text("live_block_id IS NOT NULL"),
        sqlite_where=sa.text("live_block_id IS NOT NULL"),
    ),
    # Claims are placed once, then marked: room on the page keeps marking them cheap.
    postgresql_with={"fillfactor": "85"},
)

# On SQLite the first serves the trigger that refuses overlaps, the second whoever looks for them.
sa.Index(
    "booking_claim_by_unit",
    claim.c.tenant_id,
    claim.c.resource_key,
    claim.c.unit,
    claim.c.ends_at,
    claim.c.starts_at,
    sqlite_where=sa.text("live"),
).ddl_if(dialect="sqlite")
sa.Index(
    "booking_claim_by_end",
    claim.c.tenant_id,
    claim.c.resource_key,
    claim.c.ends_at,
    claim.c.starts_at,
    claim.c.unit,
    sqlite_where=sa.text("live"),
).ddl_if(dialect="sqlite")
