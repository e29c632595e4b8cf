"""Messages as they should be, to be spoilt or not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from booking_adapters.messages.signature import SIGNATURE, Signing
from booking_adapters.secret import Secret
from booking_core.domain.kernel.ids import DEFAULT_TENANT
from booking_core.ports.publisher import Message

JSON = "application/json"
SIGNING = Signing(
    secrets={"campaign": Secret("a-secret-for-campaigns-alone-0123456789")}, signs_with="campaign"
)
FORGED = Signing(
    secrets={"campaign": Secret("somebody-elses-secret-0123456789-012345")}, signs_with="campaign"
)
STRANGE = Signing(
    secrets={"stranger": Secret("a-secret-that-nobody-knows-0123456789-0")}, signs_with="stranger"
)


def created(**changes: Any) -> dict[str, Any]:
    """The facts of a booking that was made just now."""
    booking_id = str(uuid4())
    data = {
        "bookingId": booking_id,
        "customerId": "ada",
        "providerId": "owner",
        "state": "PENDING",
        "items": [
            {
                "resourceId": "room",
                "serviceId": None,
                "performanceId": None,
                "unitIds": ["room-1"],
                "start": "2030-01-07T09:00:00Z",
                "end": "2030-01-07T10:00:00Z",
            }
        ],
        "price": {"amountMinor": 4550, "currency": "EUR"},
        "expiresAt": "2030-01-07T08:10:00Z",
    }
    return _envelope("booking.created", booking_id, data) | changes


def paid(**changes: Any) -> dict[str, Any]:
    """The facts of a payment that came just now."""
    booking_id = str(uuid4())
    data = {
        "bookingId": booking_id,
        "customerId": "ada",
        "providerId": "owner",
        "paymentId": str(uuid4()),
        "attempt": 1,
        "amount": {"amountMinor": 4550, "currency": "EUR"},
        "provider": "simulated",
        "providerRef": "sim-1",
    }
    return _envelope("payment.completed", booking_id, data) | changes


def message(facts: Any, *, signing: Signing | None = SIGNING, **headers: str) -> Message:
    """The facts as bytes, signed; bytes are taken as they are."""
    body = facts if isinstance(facts, bytes) else json.dumps(facts).encode()
    known = facts if isinstance(facts, dict) else {}
    told = {"content-type": JSON} | {name.replace("_", "-"): text for name, text in headers.items()}
    if signing is not None:
        told[SIGNATURE] = signing.sign(body)
    return Message(
        key=str(known.get("aggregateId", "")),
        topic=str(known.get("eventType", "booking.created"))[:200],
        body=body,
        headers=told,
    )


def _envelope(type: str, booking_id: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "eventId": str(uuid4()),
        "eventType": type,
        "schemaVersion": 1,
        "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "tenantId": DEFAULT_TENANT,
        "correlationId": str(uuid4()),
        "causationId": None,
        "aggregateId": booking_id,
        "sequence": 1,
        "data": data,
    }
