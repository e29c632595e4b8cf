"""Who shares some work, and who does which shard of it."""

from __future__ import annotations

import sqlalchemy as sa

from booking_adapters.sqlalchemy.columns import count, instant, table, text
from booking_adapters.sqlalchemy.tables.metadata import metadata

# Whoever has no shard yet is a holder too: the others see that they have to give some up.
holder = table(
    "booking_holder",
    metadata,
    text("work"),
    text("holder"),
    instant("until"),
    sa.PrimaryKeyConstraint("work", "holder", name="booking_holder_pkey"),
)

lease = table(
    "booking_lease",
    metadata,
    text("work"),
    count("shard"),
    text("holder"),
    instant("until"),
    sa.PrimaryKeyConstraint("work", "shard", name="booking_lease_pkey"),
    sa.CheckConstraint("shard >= 0", name="booking_lease_shard_counts"),
)
