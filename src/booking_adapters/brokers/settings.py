"""Which broker, and by what names: from the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from attrs import field, frozen

from booking_adapters.environment import Environment
from booking_adapters.secret import Secret

URL_NAME = "BOOKING_BROKER_URL"
EXPECTED = (
    "a URL such as amqp://user:password@host/vhost, redis://host:6379/0, kafka://host:9092 or"
    " memory://"
)
SCHEMES = ("amqp", "amqps", "redis", "rediss", "kafka", "kafkas", "memory")
EXCHANGE = "booking.events"
NAME = r"[A-Za-z0-9._-]{1,200}"
EACH_ITS_OWN = "*"  # In place of an exchange's name: each topic is one.
# What earlier deployments call the queues of these consumers.
SEEDS_QUEUES = {
    "payments-from-appointments": "RABBITMQ_PAYMENT_QUEUE",
    "notifications": "RABBITMQ_NOTIFICATION_QUEUE",
}


@frozen(kw_only=True)
class BrokerSettings:
    """`url` is a secret because it may hold a password; `queues` by consumer, where they differ.

    On Kafka the exchange is a topic, and a queue is a consumer group.
    """

    url: Secret
    exchange: str = EXCHANGE
    queues: Mapping[str, str] = field(factory=dict)

    @property
    def scheme(self) -> str:
        """Which broker it is: amqp, redis, kafka or memory, or one of them over TLS."""
        return scheme_of(self.url.reveal())

    @property
    def shown(self) -> str:
        """The URL for people and logs: without users, passwords and options."""
        return ";".join(_shown(url) for url in self.url.reveal().split(";"))

    def queue(self, consumer: str) -> str:
        """The consumer's own queue."""
        return self.queues.get(consumer) or f"booking.{consumer}"


def read_broker(environment: Environment, consumers: tuple[str, ...] = ()) -> BrokerSettings | None:
    """What the environment says, or None if it names no broker; InvalidSetting if it is wrong.

    BOOKING_BROKER_URL is asked first, then RABBITMQ_URL, REDIS_HOST and KAFKA_BROKER. Several nodes
    of RabbitMQ are several URLs with `;` between them.
    """
    url = environment.secret(URL_NAME, EXPECTED, _is_broker)
    for fallback in (_rabbitmq(environment), _redis(environment), _kafka(environment)):
        url = url or fallback
    exchange = environment.matching(
        "BOOKING_EXCHANGE",
        "the name of an exchange",
        NAME,
        environment.matching("RABBITMQ_EVENTS_EXCHANGE", "the name of an exchange", NAME, EXCHANGE),
    )
    queues = {consumer: _queue(environment, consumer) for consumer in consumers}
    if url is None:
        return None
    return BrokerSettings(
        url=url,
        exchange=exchange,
        queues={consumer: queue for consumer, queue in queues.items() if queue},
    )


def scheme_of(url: str) -> str:
    """The part before `://`."""
    return urlsplit(url).scheme


def _queue(environment: Environment, consumer: str) -> str | None:
    default = None
    if seeds := SEEDS_QUEUES.get(consumer):
        default = environment.matching(seeds, "the name of a queue", NAME, None)
    word = re.sub(r"[^A-Z0-9]", "_", consumer.upper())
    return environment.matching(f"BOOKING_QUEUE_{word}", "the name of a queue", NAME, default)


def _rabbitmq(environment: Environment) -> Secret | None:
    return environment.secret(
        "RABBITMQ_URL",
        "a URL such as amqp://user:password@host/vhost",
        lambda text: _is_broker(text) and scheme_of(text) in {"amqp", "amqps"},
    )


def _redis(environment: Environment) -> Secret | None:
    host = environment.matching("REDIS_HOST", "a host name", r"[A-Za-z0-9._:\[\]-]+", None)
    port = environment.integer("REDIS_PORT", 1, 65_535, 6379)
    password = environment.secret("REDIS_PASSWORD", "the password of Redis", bool)
    if host is None:
        return None
    login = "" if password is None else f":{quote(password.reveal(), safe='')}@"
    return Secret(f"redis://{login}{host}:{port}/0")


def _kafka(environment: Environment) -> Secret | None:
    brokers = environment.matching(
        "KAFKA_BROKER", "host:port, or several with commas between", r"[A-Za-z0-9._:,\[\]-]+", None
    )
    return None if brokers is None else Secret(f"kafka://{brokers}")


def _is_broker(text: str) -> bool:
    urls = text.split(";")
    schemes = {scheme_of(url) for url in urls}
    if not schemes <= set(SCHEMES) or (len(urls) > 1 and not schemes <= {"amqp", "amqps"}):
        return False
    return all(_is_place(url) for url in urls)


def _is_place(url: str) -> bool:
    parts = urlsplit(url)
    if not url.startswith(f"{parts.scheme}://"):
        return False
    if parts.scheme == "memory":
        return not parts.query
    if parts.scheme.startswith("kafka"):  # Its ports are in a list of hosts.
        return bool(parts.netloc.rpartition("@")[2])
    return bool(parts.hostname) and parts.port != 0


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
