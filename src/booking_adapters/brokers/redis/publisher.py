"""Publishing to Redis: one look at the bindings and one pipeline per batch, as Kombu's frames."""

from __future__ import annotations

from collections.abc import Sequence

from booking_adapters.brokers.redis.link import Link
from booking_adapters.brokers.wire import CONTENT_TYPE, KEY, TOPIC, fits
from booking_core.ports.publisher import Message, NotPublished, Publisher

PIPELINE_COMMANDS = 1000


class RedisPublisher(Publisher):
    """Each queue that wants a message gets one of its own, addressed to it alone.

    Addressed to the exchange, as Kombu would, it went to all of them again whenever one consumer
    lost it. The topic is in a header therefore.
    """

    def __init__(self, url: str, exchange: str) -> None:
        self._exchange = exchange
        self._link = Link(url)

    def publish(self, messages: Sequence[Message]) -> None:
        if not messages:
            return
        try:
            self._send(messages)
        except Exception as error:
            self.close()
            # The pipeline does not say how far Redis came.
            raise NotPublished(str(error.__cause__ or error) or type(error).__name__) from error

    def close(self) -> None:
        self._link.drop()

    def _send(self, messages: Sequence[Message]) -> None:
        channel = self._link.channel()
        bindings = [(topic, queue) for topic, _, queue in channel.get_table(self._exchange)]
        queues = {
            topic: sorted({queue for binding, queue in bindings if fits(topic, binding)})
            for topic in {message.topic for message in messages}
        }
        batch = channel.create_publish_batch(PIPELINE_COMMANDS)
        try:
            for message in messages:
                for queue in queues[message.topic]:
                    headers = {KEY: message.key, TOPIC: message.topic, **message.headers}
                    frame = channel.prepare_message(
                        message.body,
                        content_type=headers.pop(CONTENT_TYPE, None),
                        content_encoding="binary",
                        headers=headers,
                        properties={"delivery_mode": 2},
                    )
                    batch.publish(frame, exchange="", routing_key=queue)
            batch.flush()
        finally:
            batch.close()
