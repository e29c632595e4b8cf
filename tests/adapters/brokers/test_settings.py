"""From the environment to a broker."""

from __future__ import annotations

import pytest

from booking_adapters.brokers.open import open_publisher, open_receiver
from booking_adapters.brokers.settings import BrokerSettings, read_broker
from booking_adapters.brokers.wire import fits
from booking_adapters.environment import Environment, InvalidSetting
from booking_adapters.memory.broker import MemoryBroker
from booking_adapters.memory.publisher import MemoryPublisher
from booking_core.ports.publisher import NotPublished
from booking_core.ports.receiver import Subscription
from tests.brokers import bodies, messages

CONSUMERS = ("payments-from-appointments", "notifications", "our-own")


def broker_of(**variables: str) -> BrokerSettings:
    """The settings in these variables, which name a broker."""
    settings = read_broker(Environment(variables), CONSUMERS)
    assert settings is not None
    return settings


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({"BOOKING_BROKER_URL": "amqp://u:p@h:5673/v"}, "amqp://u:p@h:5673/v"),
        ({"BOOKING_BROKER_URL": "amqp://a;amqps://b"}, "amqp://a;amqps://b"),
        ({"BOOKING_BROKER_URL": "redis://h", "RABBITMQ_URL": "amqp://x"}, "redis://h"),
        ({"BOOKING_BROKER_URL": "kafka://a:1,b:2"}, "kafka://a:1,b:2"),
        ({"BOOKING_BROKER_URL": "memory://"}, "memory://"),
        ({"RABBITMQ_URL": "amqp://u:p@h/"}, "amqp://u:p@h/"),
        ({"REDIS_HOST": "h", "REDIS_PASSWORD": "p@:"}, "redis://:p%40%3A@h:6379/0"),
        ({"REDIS_HOST": "h", "REDIS_PORT": "6380"}, "redis://h:6380/0"),
        ({"KAFKA_BROKER": "a:9092,b:9092"}, "kafka://a:9092,b:9092"),
        ({"RABBITMQ_URL": "amqp://x", "REDIS_HOST": "h", "KAFKA_BROKER": "k"}, "amqp://x"),
    ],
)
def test_a_broker_is_named_by_a_url_or_as_earlier_deployments_do(
    variables: dict[str, str], url: str
) -> None:
    """Ours comes first, then RabbitMQ's, Redis's and Kafka's."""
    assert broker_of(**variables).url.reveal() == url


def test_without_a_broker_there_is_none() -> None:
    """An engine need not tell anybody."""
    assert read_broker(Environment({}), CONSUMERS) is None


@pytest.mark.parametrize(
    "url",
    [
        *("http://h", "amqp:h", "amqp://", "redis://h:0", "redis://h:port", "kafka://"),
        *("redis://a;redis://b", "amqp://a;", "memory://?a=1", "sqs://h"),
    ],
)
def test_a_wrong_url_is_refused_without_showing_it(url: str) -> None:
    """It may hold a password."""
    with pytest.raises(InvalidSetting) as refused:
        read_broker(Environment({"BOOKING_BROKER_URL": url}))
    assert refused.value.found == "***"


def test_names_are_settings() -> None:
    """Exchange and queues can be called as other systems already call them."""
    ours = broker_of(BOOKING_BROKER_URL="memory://")
    assert (ours.exchange, ours.queue("payments")) == ("booking.events", "booking.payments")
    theirs = broker_of(
        RABBITMQ_URL="amqp://h",
        RABBITMQ_EVENTS_EXCHANGE="appointment_events",
        RABBITMQ_PAYMENT_QUEUE="payment_events",
        BOOKING_QUEUE_OUR_OWN="mine",
    )
    assert theirs.exchange == "appointment_events"
    assert theirs.queue("payments-from-appointments") == "payment_events"
    assert theirs.queue("notifications") == "booking.notifications"
    assert theirs.queue("our-own") == "mine"


def test_people_see_no_password() -> None:
    """Neither the settings nor what is shown of the URL have one."""
    settings = broker_of(BOOKING_BROKER_URL="amqp://ann:secret@a/v;amqp://ann:secret@b/v")
    assert settings.shown == "amqp://a/v;amqp://b/v"
    assert settings.scheme == "amqp"
    assert "secret" not in repr(settings)


@pytest.mark.parametrize("url", ["http://h", "nonsense"])
def test_nothing_is_opened_at_an_unknown_place(url: str) -> None:
    """What is no broker's URL is refused, by publisher and receiver alike."""
    with pytest.raises(InvalidSetting):
        open_publisher(url, "e")
    with pytest.raises(InvalidSetting):
        open_receiver(url, "e", Subscription(consumer="a", topics=("#",)))


def test_a_queue_in_memory_has_an_end() -> None:
    """A consumer that is too slow does not eat all memory: what has no room is refused."""
    broker = MemoryBroker(waiting_most=3)
    broker.bind("e", ["#"], "q")
    publisher = MemoryPublisher(broker, "e")
    with pytest.raises(NotPublished) as refused:
        publisher.publish(messages(5))
    assert refused.value.confirmed == {0, 1, 2}
    assert bodies(broker.take("q", 10, 0)) == [b"0", b"1", b"2"]


@pytest.mark.parametrize(
    ("binding", "topic", "expected"),
    [
        ("a.b", "a.b", True),
        ("a.b", "a.bb", False),
        ("a.*", "a", False),
        ("a.*", "a.b.c", False),
        ("a.#", "a", True),
        ("a.#", "ab", False),
        ("#.c", "c", True),
        ("#.c", "a.b.c", True),
        ("a.#.c", "a.c", True),
        ("a.#.c", "a.b.b.c", True),
        ("*.*", "a.b", True),
        ("#", "", True),
        ("a+", "aa", False),
    ],
)
def test_topics_fit_bindings_as_in_amqp(binding: str, topic: str, expected: bool) -> None:
    """`*` stands for one word, `#` for any number of them, none included."""
    assert fits(topic, binding) is expected
