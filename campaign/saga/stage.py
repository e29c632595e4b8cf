"""What all processes of the saga know: where things are, and what is sold."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg

from booking_adapters.brokers.open import open_receiver
from booking_adapters.consumers.heard import TOPICS
from booking_adapters.sqlalchemy.migrate import migrate
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_core.application.booking.line import Line
from booking_core.application.caller import admin
from booking_core.domain.catalogue.offer import Offer
from booking_core.domain.catalogue.resource import Resource, Unit
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.ids import DEFAULT_TENANT, ProviderId, ResourceId, UnitId
from booking_core.domain.kernel.money import Money
from booking_core.ports.receiver import Receiver, Subscription
from campaign.leftovers import clear
from campaign.world import engine_on

ROOMS = 200
DAYS = 3000
HOUR = timedelta(hours=1)
CONSUMERS = "mirror", "till", "heard"
PRICE = Money(4200, "EUR")
OTHERS_TABLES = """
CREATE TABLE saga_mirror (
  place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event_id text NOT NULL UNIQUE,
  booking_id text NOT NULL, sequence int NOT NULL, type text NOT NULL,
  at timestamptz NOT NULL, seen_at timestamptz NOT NULL);
CREATE TABLE saga_till (ref text PRIMARY KEY, captured int NOT NULL, refunded int NOT NULL)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One database, one broker, and names that no other run has."""

    database: str
    broker: str
    name: str

    @property
    def payments(self) -> str:
        """The exchange on which the payment service tells."""
        return f"{self.name}.payments"

    def queue(self, consumer: str) -> str:
        """That consumer's queue."""
        return f"{self.name}.{consumer}"

    @property
    def variables(self) -> Mapping[str, str]:
        """The settings of the engine's own processes."""
        return {
            "BOOKING_DATABASE_URL": self.database,
            "BOOKING_BROKER_URL": self.broker,
            "BOOKING_EXCHANGE": self.name,
            "BOOKING_PAYMENTS_FROM": f"appointments@{self.payments}",
            "BOOKING_QUEUE_PAYMENTS_FROM_APPOINTMENTS": self.queue("heard"),
        }

    def receiver(self, consumer: str) -> Receiver:
        """That consumer's line to its queue."""
        exchange, topics = {
            "mirror": (self.name, ("#",)),
            "till": (self.name, ("booking.created", "payment.refund_requested")),
            "heard": (self.payments, TOPICS["appointments"]),
        }[consumer]
        subscription = Subscription(consumer=consumer, topics=topics)
        return open_receiver(self.broker, exchange, subscription, self.queue(consumer))

    def open_queues(self) -> None:
        """So that nothing is told before there is somebody to keep it for."""
        for consumer in CONSUMERS:
            with closing(self.receiver(consumer)) as receiver:
                receiver.receive(1, 0)

    def close(self) -> None:
        """Leave nothing with the broker; the database is the caller's."""
        clear(self.broker, (self.name, self.payments, *map(self.queue, CONSUMERS)))

    def furnish(self) -> None:
        """The schema, the rooms, and the tables of the others."""
        migrate(self.database)
        storage = SqlStorage.open(self.database)
        keep = engine_on(storage).keep_catalogue
        keep.tenant(Tenant(id=DEFAULT_TENANT, name="Saga"), admin())
        for number in range(ROOMS):
            keep.resource(_room(number), admin())
        storage.close()
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute(OTHERS_TABLES.encode())


def slot(number: int) -> Line:
    """An hour that no other number has."""
    hour, room = divmod(number, ROOMS)
    today = datetime.now(UTC).date()
    first = datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=2)
    start = first + hour * HOUR
    return Line(resource_id=_name(room), start=start, end=start + HOUR)


def _name(number: int) -> ResourceId:
    return ResourceId(f"room-{number}")


def _room(number: int) -> Resource:
    return Resource(
        tenant_id=DEFAULT_TENANT,
        id=_name(number),
        provider_id=ProviderId("owner"),
        name=f"Room {number}",
        zone="UTC",
        units=(Unit(UnitId("1")),),
        offer=Offer(price=PRICE),
    )
