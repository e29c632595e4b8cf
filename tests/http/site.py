"""A small town behind HTTP: its catalogue is kept through the interface itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

from booking_adapters.memory.clock import ManualClock
from booking_adapters.memory.randomness import SeededRandomness
from booking_adapters.secret import Secret
from booking_adapters.settings import TokenSettings
from booking_adapters.simulated.checkout import Checkout as Pages
from booking_adapters.simulated.outages import OutagesInTurn
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.simulated.payment_webhook import SimulatedWebhook
from booking_adapters.telemetry.asked import RequestWatcher
from booking_core.application.caller import Role, admin
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.ids import TenantId
from booking_core.engine import BookingEngine, Ports
from booking_core.ports.storage import Storage
from booking_core.ports.telemetry import NO_TELEMETRY, Telemetry
from booking_http.app import create_app
from booking_http.payments.checkout import Checkout
from booking_http.tokens import mint

NOW = datetime(2030, 6, 3, 6, tzinfo=UTC)  # A Monday, 8 o'clock in Paris.
TOKENS = TokenSettings(secret=Secret("a secret of at least 32 characters"))
ADDRESS = "http://booking.test"
ACME, GLOBEX = "acme", "globex"

EUROS_50 = {"amountMinor": 5000, "currency": "EUR"}
PAID = {
    "price": EUROS_50,
    "cancellation": [
        {"notice": "PT48H", "shareBp": 10000},
        {"notice": "PT12H", "shareBp": 5000, "feeMinor": 100},
    ],
}
WEEKDAY = [{"opens": "09:00", "closes": "12:00"}, {"opens": "13:00", "closes": "17:00"}]
RESOURCES: dict[str, dict[str, Any]] = {
    "doctor": {
        "name": "Dr. Who",
        "zone": "Europe/Paris",
        "schedule": {"weekly": {"monday": WEEKDAY, "tuesday": WEEKDAY, "sunday": WEEKDAY}},
        "rules": {"step": "PT30M", "durationMax": "PT2H", "noticeMin": "PT1H"},
        "offer": PAID,
    },
    "car-park": {"name": "Car park", "zone": "Europe/Paris", "units": 3, "offer": PAID},
    "chapel": {"name": "Chapel", "zone": "Europe/Paris"},  # Nothing is due.
    "hall": {
        "name": "Hall",
        "zone": "Europe/Paris",
        "assignment": "named",
        "units": [
            {"id": f"{row}{n}", "category": "front" if row == "A" else "", "row": r, "number": n}
            for r, row in enumerate("AB", start=1)
            for n in range(1, 6)
        ],
    },
}
SERVICES: dict[str, dict[str, Any]] = {
    "checkup": {
        "name": "Check-up",
        "resourceIds": ["doctor"],
        "duration": "PT30M",
        "offer": PAID,
    },
    "wedding": {
        "name": "Wedding",
        "resourceIds": ["chapel"],
        "offer": {"needsApproval": True},
    },
}
PERFORMANCES: dict[str, dict[str, Any]] = {
    "concert": {
        "name": "Concert",
        "resourceId": "hall",
        "start": {"local": "2030-06-08T20:00"},
        "end": {"local": "2030-06-08T22:00"},
        "prices": {"front": EUROS_50, "": {"amountMinor": 2000, "currency": "EUR"}},
    }
}


@dataclass(slots=True)
class Site:
    """An application over one storage, with two tenants that offer the same."""

    storage: Storage
    tokens: TokenSettings = TOKENS
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    outages: OutagesInTurn = field(default_factory=OutagesInTurn)
    telemetry: Telemetry = NO_TELEMETRY
    watchers: tuple[RequestWatcher, ...] = ()
    metrics: Callable[[], bytes] = bytes  # Nothing is counted.
    gateway: SimulatedGateway = field(init=False)
    webhook: SimulatedWebhook = field(init=False)
    engine: BookingEngine = field(init=False)
    app: Litestar = field(init=False)
    client: TestClient[Litestar] = field(init=False)

    def __post_init__(self) -> None:
        randomness = SeededRandomness(1)
        self.gateway = SimulatedGateway(
            self.clock, randomness, public_url=ADDRESS, outages=self.outages
        )
        self.webhook = SimulatedWebhook(self.clock, secrets=("s" * 32,))
        self.engine = BookingEngine(
            Ports(
                storage=self.storage,
                payments=self.gateway,
                clock=self.clock,
                randomness=randomness,
                telemetry=self.telemetry,
            )
        )
        self.app = create_app(
            self.engine,
            self.tokens,
            threads=4,
            watchers=self.watchers,
            metrics=self.metrics,
            webhooks=(self.webhook,),
            checkout=Checkout(Pages(self.gateway), self.deliver),
        )
        self.client = TestClient(self.app, base_url=ADDRESS, raise_server_exceptions=False)

    def deliver(self) -> int:
        """Let the provider tell what is due."""
        return self.gateway.deliver_due(self.engine.apply_callback)

    def furnish(self) -> None:
        """Put the same catalogue before both tenants, through the interface."""
        for tenant in (ACME, GLOBEX):
            office = admin(tenant_id=TenantId(tenant))
            self.engine.keep_catalogue.tenant(Tenant(id=office.tenant_id, name=tenant), office)
            owner = caller("owner", Role.PROVIDER, tenant=tenant)
            for kind, things in (
                ("resources", RESOURCES),
                ("services", SERVICES),
                ("performances", PERFORMANCES),
            ):
                for name, body in things.items():
                    put = self.call("PUT", f"/{kind}/{name}", owner, json=body)
                    assert put.status_code == 200, put.text

    def call(
        self,
        method: str,
        path: str,
        who: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        **sent: Any,
    ) -> Response:
        """What the interface answers to that caller."""
        both = dict(who or {}) | dict(headers or {})
        return self.client.request(method, path, headers=both, follow_redirects=False, **sent)

    def book(self, who: Mapping[str, str], *items: Mapping[str, Any], **also: Any) -> Any:
        """A new booking of these items."""
        made = self.call("POST", "/bookings", who, json={"items": items, **also})
        assert made.status_code == 201, made.text
        return made.json()

    def pay(self, who: Mapping[str, str], booking: Mapping[str, Any]) -> Any:
        """Pay for it on the checkout page; the booking as it is then."""
        path = f"/bookings/{booking['id']}"
        started = self.call("POST", f"{path}/payments", who).json()
        address, _, token = started["checkoutUrl"].partition("?token=")
        form = {"token": token, "choice": "pay"}
        assert self.call("POST", address, data=form).status_code == 303
        return self.call("GET", path, who).json()


def caller(subject: str, *roles: Role, tenant: str = ACME, **minted: Any) -> dict[str, str]:
    """The header by which somebody is known."""
    token = mint(TOKENS, subject, roles or (Role.CUSTOMER,), tenant, **minted)
    return {"authorization": f"Bearer {token}"}


def at(day: int, hour: int, minute: int = 0) -> str:
    """An instant of that June, in UTC."""
    return datetime(2030, 6, day, hour, minute, tzinfo=UTC).isoformat()


ANN, BOB = caller("ann"), caller("bob")
OWNER, RIVAL = caller("owner", Role.PROVIDER), caller("rival", Role.PROVIDER)
OFFICE = caller("office", Role.ADMIN)
STRANGER = caller("ann", tenant=GLOBEX)  # Ann of the other tenant is another Ann.
HOUR = timedelta(hours=1)
PLACE = {"resourceId": "car-park", "start": at(10, 8), "end": at(10, 9)}
SLOT = {"resourceId": "doctor", "start": at(4, 7), "end": at(4, 8)}
SEAT = {"performanceId": "concert", "unitIds": ["A1"]}
