"""Which messages RabbitMQ has, while many are under way on one channel.

py-amqp's own waiting takes any confirm for the one that it waits for, and is as slow as one round
trip per message. Here confirms are told apart by their tags.
"""

from __future__ import annotations

from typing import Any


class Confirms:
    """Counts the tags of a channel, which must be new, and used for nothing else."""

    def __init__(self, channel: Any) -> None:
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(self._on_nack)
        channel.events["basic_return"].add(self._on_return)
        self._last_tag = 0
        self._waiting: dict[int, int] = {}  # Tag to place, in the order of the tags.
        self._acked: set[int] = set()
        self.returned: set[str] = set()  # Topics.
        self.refused = 0

    def begin(self) -> None:
        """A new batch, when nothing is under way."""
        assert not self._waiting
        self._acked = set()

    def expect(self, place: int) -> None:
        """The message with this place in the batch is the next to be sent."""
        self._last_tag += 1
        self._waiting[self._last_tag] = place

    @property
    def under_way(self) -> int:
        """How many have been sent and not been answered."""
        return len(self._waiting)

    @property
    def acked(self) -> frozenset[int]:
        """Places that were answered well; also of messages that were returned before."""
        return frozenset(self._acked)

    def _on_ack(self, tag: int, multiple: bool) -> None:
        self._acked.update(self._answered(tag, multiple))

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self.refused += len(self._answered(tag, multiple))

    def _on_return(self, error: Exception, exchange: str, topic: str, message: object) -> None:
        self.returned.add(topic)

    def _answered(self, tag: int, multiple: bool) -> list[int]:
        if not multiple:
            place = self._waiting.pop(tag, None)
            return [] if place is None else [place]
        tags = []
        for waiting in self._waiting:  # They are in order.
            if waiting > tag:
                break
            tags.append(waiting)
        return [self._waiting.pop(answered) for answered in tags]
