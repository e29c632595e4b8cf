"""A small hotel: eight double rooms by the night, from three in the afternoon."""

from __future__ import annotations

from datetime import timedelta

from booking_cli.demo.town import PROVIDER, TENANT, ZONE, euros
from booking_core.domain.catalogue.offer import Offer, Per
from booking_core.domain.catalogue.resource import Resource, Unit
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.kernel.cancellation_policy import CancellationPolicy, RefundTier
from booking_core.domain.kernel.ids import ResourceId, UnitId

DOUBLE_ROOM = Resource(
    tenant_id=TENANT,
    id=ResourceId("double-room"),
    provider_id=PROVIDER,
    name="Double room",
    zone=ZONE,
    units=tuple(Unit(UnitId(f"room-{number}")) for number in range(1, 9)),
    rules=Rules(
        step=timedelta(days=1),
        offset=timedelta(hours=15),
        duration_min=timedelta(hours=20),  # To eleven the next morning; the rest is for cleaning.
        duration_max=timedelta(days=28),
        buffer_after=timedelta(hours=3),
        units_max=4,
    ),
    offer=Offer(
        price=euros(120),
        per=Per.DAY,
        hold_for=timedelta(minutes=20),
        cancellation=CancellationPolicy(
            tiers=(
                RefundTier(notice=timedelta(days=14), share_bp=10_000),
                RefundTier(notice=timedelta(days=3), share_bp=5_000, fee_minor=1_500),
                RefundTier(notice=timedelta(days=1), share_bp=2_500, fee_minor=1_500),
            )
        ),
        text="All back until two weeks before; then half, then a quarter, less 15 euros.",
    ),
)
