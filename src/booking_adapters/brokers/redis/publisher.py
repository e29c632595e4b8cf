"""Publishing to Redis: one look at the bindings, and one round trip per batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from booking_adapters.brokers.redis.link import Link
from booking_adapters.brokers.redis.putting import frame, put
from booking_adapters.brokers.wire import fits
from booking_core.ports.publisher import Message, NotPublished, Publisher


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
        frames = defaultdict[str, list[bytes]](list)
        for message in messages:
            for queue in queues[message.topic]:
                frames[queue].append(frame(channel, message, queue))
        put(channel, frames)
