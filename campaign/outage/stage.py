"""All the processes of a campaign, what lies between them, and how to harm them."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from booking_adapters.brokers.open import open_receiver
from booking_adapters.composition import Composition, compose
from booking_adapters.settings import read_settings
from booking_adapters.sqlalchemy.migrate import migrate
from booking_core.ports.receiver import Subscription
from campaign.outage.clients import WEBHOOK_SECRET
from campaign.outage.http_client import TOKEN_SECRET, HttpClient
from campaign.outage.planted import CURSOR, IN_CONSUMERS, IN_RELAYS
from campaign.outage.record import SCHEMA
from campaign.servers.cable import Cable
from campaign.servers.child import Child
from campaign.servers.ports import free_port
from campaign.servers.postgresql import PostgreSql
from campaign.servers.rabbitmq import RabbitMq
from campaign.servers.redis import Redis
from campaign.servers.server import Server
from campaign.world import furnish

REPOSITORY = Path(__file__).parents[2]
PYTHON_PATH = f"{REPOSITORY}:{REPOSITORY / 'src'}"
EXCHANGE = "booking.events"
WATCH, LEDGER = "watch", "ledger"  # The first has one process, so its records have an order.
CONSUMERS = (WATCH, LEDGER)
READY_SECONDS = 60.0
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What is played: `bug` is planted on purpose; `broker` is rabbitmq or redis.

    Whoever needs longer than `recovers_within` seconds has not recovered as was promised.
    """

    seed: int
    broker: str = "rabbitmq"
    customers: int = 4
    bug: str | None = None
    recovers_within: float = 10.0


class Stage:
    """Servers, workers by name, cables by name; to be used by the main thread."""

    def __init__(self, folder: Path, setup: Setup) -> None:
        self.setup, self.folder = setup, folder
        self.database = PostgreSql(folder)
        self.broker = {"rabbitmq": RabbitMq, "redis": Redis}[setup.broker](folder)
        self.servers: dict[str, Server] = {
            server.name: server for server in (self.database, self.broker)
        }
        self.http_port = free_port()
        self.provider_file = folder / "provider.sqlite3"
        self.histories = folder / "histories"
        self.histories.mkdir()
        self.cables: dict[str, Cable] = {}
        self.workers: dict[str, Child] = {}
        self.restarts: Counter[str] = Counter()
        self.clients = self._python("clients", "campaign.outage.clients", *self._client_options())

    def open(self) -> None:
        """Everything runs, and the clients have begun."""
        for server in self.servers.values():
            server.start()
        migrate(self.database.url())
        with psycopg.connect(self.database.url()) as connection:
            connection.execute(SCHEMA)
        with self.engine() as composition:
            furnish(composition.engine)
        for who in ("serve", "relay", "consumer"):
            self.cables[f"{who}-postgresql"] = Cable(self.database.port)
        for who in ("relay", "consumer"):
            self.cables[f"{who}-broker"] = Cable(self.broker.port)
        self._open_queues()
        self.workers = self._workers()
        for worker in self.workers.values():
            worker.start()
        self._wait_for_http()
        self.clients.start()

    def supervise(self) -> None:
        """Start what has ended by itself, as its supervisor would: a watchdog ended it perhaps."""
        for name, worker in self.workers.items():
            if not worker.is_running:
                self.restarts[name] += 1
                worker.start()

    def close(self) -> None:
        """End all of it."""
        for child in (self.clients, *self.workers.values()):
            child.kill()
        for cable in self.cables.values():
            cable.close()
        for server in self.servers.values():
            server.child.kill()

    @contextmanager
    def engine(self) -> Iterator[Composition]:
        """An engine of the driver's own, past all cables."""
        with compose(read_settings(self._settings(self.database.port, self.broker.port))) as made:
            yield made

    def _workers(self) -> dict[str, Child]:
        bug, relays = self.setup.bug, 1 if self.setup.bug == CURSOR else 2
        workers = {"serve": self._booking("serve", "serve", "--port", str(self.http_port))}
        for number in range(1, relays + 1):
            name = f"relay-{number}"
            if bug in IN_RELAYS:
                env = self._environment("relay")
                workers[name] = self._python(name, "campaign.outage.planted", bug, env=env)
            else:
                workers[name] = self._booking(name, "relay", "--batch", "100")
        workers[WATCH] = self._recorder(WATCH)
        for name in (f"{LEDGER}-1", f"{LEDGER}-2"):
            if bug in IN_CONSUMERS:
                workers[name] = self._recorder(name)
            else:
                env = self._environment("consumer")
                workers[name] = self._python(name, "campaign.outage.ledger", env=env)
        return workers

    def _recorder(self, name: str) -> Child:
        options = {
            "--broker": self.broker.url(self.cables["consumer-broker"].port),
            "--exchange": EXCHANGE,
            "--database": self.database.url(self.cables["consumer-postgresql"].port),
            "--consumer": name.partition("-")[0],
        }
        if self.setup.bug in IN_CONSUMERS:
            options["--bug"] = self.setup.bug
        words = [word for option in options.items() for word in option]
        return self._python(name, "campaign.outage.consumer", *words)

    def _booking(self, name: str, *words: str) -> Child:
        env = self._environment(name.partition("-")[0])
        return self._python(name, "booking_cli", *words, env=env)

    def _python(
        self, name: str, module: str, *words: str, env: Mapping[str, str] | None = None
    ) -> Child:
        return Child(
            [sys.executable, "-m", module, *words],
            self.folder / f"{name}.log",
            env={"PATH": os.environ["PATH"], "PYTHONPATH": PYTHON_PATH, **(env or {})},
        )

    def _environment(self, who: str) -> dict[str, str]:
        broker = self.cables.get(f"{who}-broker")
        return self._settings(
            self.cables[f"{who}-postgresql"].port, broker.port if broker else self.broker.port
        )

    def _settings(self, database_port: int, broker_port: int) -> dict[str, str]:
        return {
            "BOOKING_ENVIRONMENT": "development",
            "BOOKING_DATABASE_URL": self.database.url(database_port),
            "BOOKING_BROKER_URL": self.broker.url(broker_port),
            "BOOKING_EXCHANGE": EXCHANGE,
            "BOOKING_TOKEN_SECRET": TOKEN_SECRET,
            "BOOKING_PAYMENT_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "BOOKING_SIMULATED_FILE": str(self.provider_file),
            "BOOKING_RECEIPTS_FROM": self._awaited,
            # More than a consumer lags when all is well: what waits is not lost.
            "BOOKING_RECEIPT_SECONDS": "5",
            "BOOKING_RETRY_SECONDS": "0.2,0.5,1",  # What comes too early is looked at again soon.
        }

    @property
    def _awaited(self) -> str:
        """Where a bug is planted nothing may heal what it does."""
        is_awaited = self.setup.broker == "redis" and self.setup.bug is None
        return ",".join(CONSUMERS) if is_awaited else "none"

    def _client_options(self) -> list[str]:
        options = {
            "--port": self.http_port,
            "--provider": self.provider_file,
            "--histories": self.histories,
            "--customers": self.setup.customers,
            "--seed": self.setup.seed,
        }
        return [str(word) for option in options.items() for word in option]

    def _open_queues(self) -> None:
        """What is told before a consumer has its queue would not be for it."""
        for consumer in CONSUMERS:
            subscription = Subscription(consumer=consumer, topics=("#",))
            with closing(open_receiver(self.broker.url(), EXCHANGE, subscription)) as receiver:
                receiver.receive(1, 0)

    def _wait_for_http(self) -> None:
        client, worker = HttpClient(self.http_port), self.workers["serve"]
        until = time.monotonic() + READY_SECONDS
        while client.ask("GET", "/health/ready", None, {}) is None:
            if time.monotonic() > until or not worker.is_running:
                raise RuntimeError(f"the service does not start:\n{worker.log[-4000:]}")
            time.sleep(POLL_SECONDS)


@contextmanager
def staged(setup: Setup, kept: Path | None = None) -> Iterator[Stage]:
    """A stage in that folder, which must be empty; without one, in one that is gone afterwards."""
    with ExitStack() as stack:
        folder = kept or Path(stack.enter_context(TemporaryDirectory(prefix="booking-outage-")))
        folder.chmod(0o755)  # PostgreSQL may run as somebody else.
        stage = Stage(folder, setup)
        stack.callback(stage.close)
        stage.open()
        yield stage
