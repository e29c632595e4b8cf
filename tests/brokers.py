"""Brokers for tests: the servers that are there, and in each an exchange that nobody else uses."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from urllib.parse import urlsplit
from uuid import uuid4

import amqp
import pytest
import redis
from confluent_kafka import Producer

from booking_adapters.brokers.open import open_publisher, open_receiver
from booking_core.domain.kernel.errors import Busy
from booking_core.ports.publisher import Message, Publisher
from booking_core.ports.receiver import Delivery, Receiver, Subscription
from campaign.servers.cable import Cable
from tests.ci import cannot_run

RABBITMQ = os.environ.get("BOOKING_TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//")
REDIS = os.environ.get("BOOKING_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
QUIET_SECONDS = 1.0  # After so long without a message, none is on its way.


class Broker:
    """An exchange of one's own, whose name begins the names of its queues."""

    def __init__(self, url: str, *, patience: float = 10.0) -> None:
        """Open nothing yet; `patience` in seconds is what a first message may take."""
        self.url = url
        self.exchange = f"booking_test.{uuid4().hex}"
        self.patience = patience
        self.queues: set[str] = set()
        self._open = ExitStack()

    def publisher(self) -> Publisher:
        """One more, which is closed at the end of the test."""
        return self._open.enter_context(closing(open_publisher(self.url, self.exchange)))

    def receiver(self, *topics: str, consumer: str = "a", joined: bool = True) -> Receiver:
        """One more, subscribed and ready, unless it is to join later."""
        queue = self.queue(consumer)
        subscription = Subscription(consumer=consumer, topics=topics or ("#",))
        receiver = open_receiver(self.url, self.exchange, subscription, queue)
        self._open.enter_context(closing(receiver))
        if joined:
            assert list(receiver.receive(1, 0)) == []
        return receiver

    def queue(self, consumer: str) -> str:
        """The name of a consumer's queue."""
        name = f"{self.exchange}.{consumer}"
        self.queues.add(name)
        return name

    def close(self) -> None:
        """Close all that was opened here."""
        self._open.close()


class CutBroker(Broker):
    """One with a cable between the adapters and the server."""

    def __init__(self, url: str, cable: Cable) -> None:
        """Reach the server, of that URL, through the cable."""
        super().__init__(_through(url, cable))
        self.cable = cable

    def close(self) -> None:
        """Mend the cable, so that all can close."""
        self.cable.plug()
        self.cable.thaw()
        super().close()


def wait_for(receiver: Receiver, count: int, seconds: float) -> Sequence[Delivery]:
    """As many as come within that time, at most so many, through all disturbances."""
    found: list[Delivery] = []
    until = time.monotonic() + seconds
    while len(found) < count and (left := until - time.monotonic()) > 0:
        with suppress(Busy):
            found += receiver.receive(count - len(found), min(left, 1.0))
    return found


def messages(count: int, *, topic: str = "booking.created", keys: int = 1) -> list[Message]:
    """Numbered in their bodies, for so many keys in turn."""
    return [
        Message(key=f"key-{number % keys}", topic=topic, body=str(number).encode())
        for number in range(count)
    ]


def bodies(deliveries: Sequence[Delivery]) -> list[bytes]:
    """What they say."""
    return [delivery.message.body for delivery in deliveries]


@pytest.fixture
def memory_broker() -> Iterator[Broker]:
    """A broker in memory."""
    with closing(Broker(f"memory://{uuid4().hex}", patience=1.0)) as broker:
        yield broker


@pytest.fixture(scope="session")
def rabbitmq_url() -> str:
    """Answer the URL of a reachable RabbitMQ: BOOKING_TEST_RABBITMQ_URL, or a local one."""
    try:
        rabbitmq(RABBITMQ).close()
    except (OSError, amqp.AMQPError) as error:
        cannot_run(f"RabbitMQ is not reachable: {error}")
    return RABBITMQ


@pytest.fixture
def rabbitmq_broker(rabbitmq_url: str) -> Iterator[CutBroker]:
    """RabbitMQ, behind a cable."""
    with closing(_cable(rabbitmq_url, 5672)) as cable:
        with closing(CutBroker(rabbitmq_url, cable)) as broker:
            yield broker
        with closing(rabbitmq(rabbitmq_url)) as connection:
            channel = connection.channel()
            for name in {broker.exchange, *broker.queues}:
                for left in (name, f"{name}.dead", f"{name}.unrouted"):
                    channel.queue_delete(left)
                    channel.exchange_delete(left)


def rabbitmq(url: str) -> amqp.Connection:
    """A connection without any adapter of ours."""
    parts = urlsplit(url)
    connection = amqp.Connection(
        f"{parts.hostname}:{parts.port or 5672}",
        userid=parts.username or "guest",
        password=parts.password or "guest",
        virtual_host=parts.path[1:] or "/",
        connect_timeout=5,
    )
    connection.connect()
    return connection


@pytest.fixture(scope="session")
def redis_url() -> str:
    """Answer the URL of a reachable Redis: BOOKING_TEST_REDIS_URL, or a local one."""
    try:
        with redis.Redis.from_url(REDIS, socket_connect_timeout=2) as client:
            client.ping()
    except redis.RedisError as error:
        cannot_run(f"Redis is not reachable: {error}")
    return REDIS


@pytest.fixture
def redis_broker(redis_url: str) -> Iterator[CutBroker]:
    """Redis, behind a cable."""
    with closing(_cable(redis_url, 6379)) as cable:
        with closing(CutBroker(redis_url, cable)) as broker:
            yield broker
        with redis.Redis.from_url(redis_url) as client:
            for prefix in ("_kombu.binding.", "_kombu.binding_permanent."):
                client.delete(f"{prefix}{broker.exchange}")
            if broker.queues:
                client.delete(*broker.queues)


@pytest.fixture(scope="session")
def kafka_url() -> Iterator[str]:
    """A cluster within this process, which librdkafka mocks; no cable fits between."""
    cluster = Producer({"test.mock.num.brokers": 1, "log_level": 2})
    (server,) = cluster.list_topics(timeout=10).brokers.values()
    yield f"kafka://{server.host}:{server.port}"
    del cluster


@pytest.fixture
def kafka_broker(kafka_url: str) -> Iterator[Broker]:
    """Kafka; a group takes three seconds to form."""
    with closing(Broker(kafka_url, patience=20.0)) as broker:
        yield broker


def _cable(url: str, port: int) -> Cable:
    parts = urlsplit(url)
    return Cable(parts.port or port, parts.hostname or "127.0.0.1")


def _through(url: str, cable: Cable) -> str:
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    place = f"127.0.0.1:{cable.port}"
    return parts._replace(netloc=f"{login}@{place}" if login else place).geturl()
