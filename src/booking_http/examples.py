"""What a request looks like: one example for each body, as the document shows it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

HAIRCUT = {"serviceId": "haircut", "start": {"local": "2030-06-03T09:00"}}
PRICE = {"amountMinor": 4200, "currency": "EUR"}
ROOM = {
    "name": "Dr. Amsel",
    "zone": "Europe/Paris",
    "schedule": {"weekly": {"monday": [{"opens": "09:00", "closes": "17:00"}]}},
    "rules": {"step": "PT30M", "noticeMin": "PT2H"},
}
SERVICE = {
    "name": "Haircut",
    "resourceIds": ["ann", "bob"],
    "duration": "PT30M",
    "offer": {"price": PRICE, "cancellation": [{"notice": "PT24H", "shareBp": 10000}]},
}
PERFORMANCE = {
    "name": "Chamber concert",
    "resourceId": "hall",
    "start": {"local": "2030-06-08T20:00"},
    "end": {"local": "2030-06-08T22:00"},
    "prices": {"stalls": PRICE},
}
PROBLEM = {
    "type": "/problems/taken",
    "title": "Taken",
    "status": 409,
    "detail": "The resource ann is not free in the wanted period",
    "code": "taken",
    "correlationId": "5f0c1f6e-6d8e-4d5c-9d53-0a6b6f1a2c3d",
}

EXAMPLES: Mapping[str, Any] = MappingProxyType(
    {
        "ItemRequest": HAIRCUT,
        "BookingRequest": {"items": [HAIRCUT]},
        "RescheduleRequest": {"start": {"local": "2030-06-04T09:00"}},
        "CancelRequest": {"reason": "changed_plans"},
        "RejectRequest": {"reason": "closed_that_day"},
        "SwapRequest": {"withId": "0198f3c2-7d1e-7c4b-9a52-3f6d1c0b8e77"},
        "RefundRequest": {"amount": PRICE, "reason": "goodwill"},
        "BlockRequest": {
            "start": {"local": "2030-06-03T00:00"},
            "end": {"local": "2030-06-04T00:00"},
            "reason": "painting",
        },
        "ResourceBody": ROOM,
        "NewResource": ROOM | {"id": "ann"},
        "ServiceBody": SERVICE,
        "NewService": SERVICE | {"id": "haircut"},
        "PerformanceBody": PERFORMANCE,
        "NewPerformance": PERFORMANCE | {"id": "chamber-concert"},
        "WebhookBody": {"url": "https://hooks.example.com/booking", "events": ["booking.*"]},
        "ReplayRequest": {"start": "2030-06-03T00:00:00Z", "end": "2030-06-04T00:00:00Z"},
        "LocalTime": {"local": "2030-10-27T02:30", "fold": "second"},
        "Problem": PROBLEM,
    }
)
