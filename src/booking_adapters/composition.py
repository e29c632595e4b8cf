"""THE composition root: settings in, the engine with all its adapters out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from types import TracebackType
from typing import Protocol, runtime_checkable

from attrs import field, frozen
from dependency_injector import containers, providers

from booking_adapters.brokers.settings import EXPECTED, URL_NAME
from booking_adapters.environment import InvalidSetting
from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.settings import Settings
from booking_adapters.simulated.book import IN_MEMORY
from booking_adapters.simulated.checkout import Checkout
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.simulated.payment_webhook import SimulatedWebhook
from booking_adapters.system.clock import SystemClock
from booking_adapters.system.randomness import SystemRandomness
from booking_adapters.telemetry.watch import Watch, open_watch
from booking_core.application.messaging.apply_messages import Guard
from booking_core.application.messaging.await_receipts import AwaitReceipts
from booking_core.application.messaging.consume_events import ConsumeEvents
from booking_core.application.messaging.consumer import Consumer
from booking_core.application.messaging.relay_events import RelayEvents
from booking_core.application.messaging.republish import Republish
from booking_core.application.messaging.tell_again import TellAgain
from booking_core.application.webhooks.deliver_webhooks import DeliverWebhooks
from booking_core.engine import BookingEngine, Ports
from booking_core.ports.clock import Clock
from booking_core.ports.inbox import NewLetter
from booking_core.ports.randomness import Randomness
from booking_core.ports.receiver import Subscription
from booking_core.ports.storage import Storage

_logger = logging.getLogger(__name__)


@runtime_checkable
class Elsewhere(Protocol):
    """Storage that somebody else could change, past us."""

    def schema_problems(self) -> tuple[str, ...]:
        """A sentence for everything that is not as this version makes it."""
        ...

    def server_time(self) -> datetime | None:
        """What time it is where the data is; None where that is here."""
        ...


@frozen(kw_only=True)
class Composition:
    """The engine, and what an edge needs beside it; leaving the context closes all of it.

    `webhook` is None without a secret to judge it by; `checkout`, the page of the simulated
    provider, is there only outside production.
    """

    settings: Settings
    engine: BookingEngine
    storage: Storage
    gateway: SimulatedGateway
    webhook: SimulatedWebhook | None
    checkout: Checkout | None
    watch: Watch = field(factory=Watch)

    def schema_problems(self) -> tuple[str, ...]:
        """What of the database's schema is missing, switched off or changed; or Busy."""
        return self.storage.schema_problems() if isinstance(self.storage, Elsewhere) else ()

    def clock_skew(self) -> timedelta | None:
        """How far the database's clock is ahead of ours; None where there is but one clock."""
        if not isinstance(self.storage, Elsewhere):
            return None
        clock = self.engine.ports.clock
        asked = clock.now()
        told = self.storage.server_time()
        # As of halfway between question and answer.
        return None if told is None else told - (asked + (clock.now() - asked) / 2)

    def relay(self, holder: str, batch: int, *, in_process: bool = False) -> RelayEvents:
        """One more relay to the broker, for one thread, which closes it at the end.

        InvalidSetting where no broker is set, or one that no other process could reach, unless it
        is for consumers `in_process`.
        """
        from booking_adapters.brokers.routes import open_routes  # Extras: who uses them has them.
        from booking_adapters.consumers.awaited import awaited_topics, is_heard

        broker = self.settings.broker
        if broker is None or (broker.scheme == "memory" and not in_process):
            found = "nothing" if broker is None else broker.shown
            raise InvalidSetting(URL_NAME, f"{EXPECTED}, but not in memory", found)
        clock, telemetry = self.engine.ports.clock, self.watch.messaging
        routes = open_routes(broker, self.settings.messages, self.watch.traced)
        tell_again = TellAgain(
            inbox=self.storage.inbox, bookings=self.storage.bookings, routes=routes, clock=clock
        )
        wants = awaited_topics(self.engine, self.settings)
        within = timedelta(seconds=self.settings.consumers.receipt_seconds)
        republish = Republish(
            awaited=self.storage.awaited,
            inbox=self.storage.inbox,
            routes=[
                opened
                for route, opened in zip(self.settings.messages.routes, routes, strict=True)
                if is_heard(route, self.settings)
            ],
            clock=clock,
            consumers=wants,
            within=within,
            telemetry=telemetry,
            alarm=_alarm,
        )
        return RelayEvents(
            outbox=self.storage.outbox,
            leases=self.storage.leases,
            inbox=self.storage.inbox,
            routes=routes,
            clock=clock,
            holder=holder,
            batch=batch,
            telemetry=telemetry,
            alarm=_alarm,
            tell_again=(lambda: tell_again() + republish()) if wants else tell_again,
            awaiting=AwaitReceipts(wants=wants, within=within) if wants else None,
        )

    def consume(
        self, consumer: Consumer, *, guard: Guard = nullcontext, stopping: Callable[[], bool]
    ) -> ConsumeEvents:
        """One more worker of that consumer, for one thread, which closes it at the end.

        InvalidSetting where no broker is set.
        """
        from booking_adapters.brokers.open import open_receiver  # As above.

        broker, patience = self.settings.broker, self.settings.consumers
        if broker is None:
            raise InvalidSetting(URL_NAME, EXPECTED, "nothing")
        subscription = Subscription(consumer=consumer.name, topics=consumer.topics)
        queue, exchange = broker.queue(consumer.name), consumer.exchange or broker.exchange
        return ConsumeEvents(
            consumer=consumer,
            inbox=self.storage.inbox,
            receiver=open_receiver(broker.url.reveal(), exchange, subscription, queue),
            clock=self.engine.ports.clock,
            randomness=self.engine.ports.randomness,
            schedule=patience.schedule,
            claim=patience.claim,
            telemetry=self.watch.messaging,
            guard=guard,
            stopping=stopping,
            batch=patience.batch,
        )

    def deliver_webhooks(self) -> DeliverWebhooks:
        """One more deliverer, for any number of threads, whose owner closes its sender."""
        from booking_adapters.webhooks.webhook_sender import (  # As above.
            HttpWebhookSender,
            Patience,
        )

        ports, told = self.engine.ports, self.settings.webhooks
        return DeliverWebhooks(
            webhooks=self.storage.webhooks,
            deliveries=self.storage.webhook_deliveries,
            sender=HttpWebhookSender(told.reach, patience=Patience(total_seconds=told.seconds)),
            clock=ports.clock,
            randomness=ports.randomness,
        )

    def close(self) -> None:
        """Let go of database and provider."""
        self.engine.close()
        self.gateway.close()
        self.watch.close()

    def __enter__(self) -> Composition:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def compose(settings: Settings) -> Composition:
    """One engine by these settings; each call makes another, with nothing shared."""
    return _Container(settings=settings).composition()


def _alarm(letter: NewLetter) -> None:
    _logger.error(
        "An event that was not told, or to no avail, is a dead letter now: %s of booking %s: %s",
        letter.message.topic,
        letter.message.key,
        letter.cause,
    )


def _sql_storage(settings: Settings) -> Storage:
    from booking_adapters.sqlalchemy.storage import SqlStorage  # An extra: only who uses it has it.

    database = settings.database
    return SqlStorage.open(
        database.url.reveal(),
        role=database.role,
        pool_size=database.pool_size,
        sqlite_synchronous=database.sqlite_synchronous,
        rings=settings.broker is not None,
    )


def _gateway(settings: Settings, clock: Clock, randomness: Randomness) -> SimulatedGateway:
    return SimulatedGateway(
        clock,
        randomness,
        public_url=None if settings.is_production else settings.http.address,
        path=settings.payments.simulated_file or IN_MEMORY,
    )


def _webhook(settings: Settings, clock: Clock) -> SimulatedWebhook | None:
    secret = settings.payments.webhook_secret
    return None if secret is None else SimulatedWebhook(clock, secrets=(secret.reveal(),))


def _checkout(settings: Settings, gateway: SimulatedGateway) -> Checkout | None:
    return None if settings.is_production else Checkout(gateway)


class _Container(containers.DeclarativeContainer):
    """Each thing is made once, when first needed, whichever thread needs it."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    clock = providers.ThreadSafeSingleton(SystemClock)
    randomness = providers.ThreadSafeSingleton(SystemRandomness)
    storage = providers.Selector(
        settings.provided.database.scheme,
        memory=providers.ThreadSafeSingleton(MemoryStorage),
        sqlite=providers.ThreadSafeSingleton(_sql_storage, settings),
        postgresql=providers.ThreadSafeSingleton(_sql_storage, settings),
    )
    gateway = providers.ThreadSafeSingleton(_gateway, settings, clock, randomness)
    watch = providers.ThreadSafeSingleton(open_watch, settings.provided.telemetry)
    ports = providers.ThreadSafeSingleton(
        Ports,
        storage=storage,
        payments=gateway,
        clock=clock,
        randomness=randomness,
        telemetry=watch.provided.engine,
    )
    engine = providers.ThreadSafeSingleton(
        BookingEngine, ports, reach=settings.provided.webhooks.reach
    )
    composition = providers.ThreadSafeSingleton(
        Composition,
        settings=settings,
        engine=engine,
        storage=storage,
        gateway=gateway,
        webhook=providers.ThreadSafeSingleton(_webhook, settings, clock),
        checkout=providers.ThreadSafeSingleton(_checkout, settings, gateway),
        watch=watch,
    )
