"""A demo that is served, and what a customer's programs ask it."""

import json
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.cli.served import Served

PRICE = {"amountMinor": 4000, "currency": "EUR"}
PRICE_SHOWN = "40.00 EUR"


@dataclass(frozen=True)
class Shop:
    """The demo's clinic."""

    served: Served
    held: list[str] = field(default_factory=list)

    def hold(self) -> str:
        """Hold the first consultation that is free from the day after tomorrow on; its id."""
        first = datetime.now(UTC).date() + timedelta(days=2)
        span = f"from={first}T00:00:00Z&to={first + timedelta(days=7)}T00:00:00Z"
        free = self.get(f"/services/consultation/availability?{span}")
        resource = next(it for it in free["resources"] if it["slots"])
        wish = {
            "serviceId": "consultation",
            "resourceId": resource["resourceId"],
            "start": resource["slots"][0]["start"],
        }
        held = self.post("/bookings", {"items": [wish]})
        assert (held["state"], held["due"]) == ("PENDING", PRICE)
        self.held.append(held["id"])
        return self.held[-1]

    def let_go(self) -> None:
        """Cancel what is still held."""
        for booking_id in self.held:
            if self.states(booking_id)[0] == "PENDING":
                self.post(f"/bookings/{booking_id}/cancel", {"reason": "not_wanted"})

    def checkout(self, booking_id: str) -> str:
        """Begin to pay; the URL to open in a browser."""
        return str(self.post(f"/bookings/{booking_id}/payments")["checkoutUrl"])

    def states(self, booking_id: str) -> tuple[str, str]:
        """The booking's state, and its payment's."""
        booking = self.get(f"/bookings/{booking_id}")
        return booking["state"], booking["paymentState"]

    def events(self, booking_id: str, kind: str) -> int:
        """How many events of that type its history tells."""
        told = self.get(f"/bookings/{booking_id}/history")["items"]
        return [event["eventType"] for event in told].count(kind)

    def get(self, path: str) -> Any:
        """What the customer is answered."""
        return self._answer(urllib.request.Request(self.served.address + path))

    def post(self, path: str, body: object = None) -> Any:
        """What the customer is answered."""
        data = b"" if body is None else json.dumps(body).encode()
        return self._answer(urllib.request.Request(self.served.address + path, data))

    def _answer(self, request: urllib.request.Request) -> Any:
        request.add_header("Authorization", f"Bearer {self.served.told['customerToken']}")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request) as response:
            return json.load(response)
