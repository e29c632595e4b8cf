"""The schema, in the words of the domain. `migrations/` is how a database gets there."""

from booking_adapters.sqlalchemy.tables.awaited import awaited, reached
from booking_adapters.sqlalchemy.tables.booking import answer, booking, event
from booking_adapters.sqlalchemy.tables.catalogue import (
    performance,
    resource,
    service,
    tenant,
    unit,
)
from booking_adapters.sqlalchemy.tables.claim import block, claim
from booking_adapters.sqlalchemy.tables.inbox import letter, position, receipt
from booking_adapters.sqlalchemy.tables.lease import holder, lease
from booking_adapters.sqlalchemy.tables.metadata import metadata
from booking_adapters.sqlalchemy.tables.money import payment, refund, transfer
from booking_adapters.sqlalchemy.tables.webhook import webhook, webhook_delivery, webhook_message

__all__ = [
    "answer",
    "awaited",
    "block",
    "booking",
    "claim",
    "event",
    "holder",
    "lease",
    "letter",
    "metadata",
    "payment",
    "performance",
    "position",
    "reached",
    "receipt",
    "refund",
    "resource",
    "service",
    "tenant",
    "transfer",
    "unit",
    "webhook",
    "webhook_delivery",
    "webhook_message",
]
