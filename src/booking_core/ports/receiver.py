"""The way in: messages from a broker, to one consumer."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from booking_core.ports.publisher import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A consumer's own queue, and the topics in it: `*` is one word, `#` any number of them."""

    consumer: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message, once more perhaps. `tag` is the broker's word for this very delivery.

    `may_be_again` is False only where the broker knows that nobody had it before.
    """

    tag: object
    message: Message
    may_be_again: bool


class Receiver(Protocol):
    """One consumer's line to a broker, for one thread; contract: tests/contract/test_receiver.py.

    The connection is kept alive while its owner works on what it received. Whatever is neither
    accepted, refused nor given back comes again, to this consumer or another of the same queue.
    """

    @abstractmethod
    def receive(self, most: int, seconds: float) -> Sequence[Delivery]:
        """At most so many, as soon as there is one; nothing if none comes in that time.

        Raises Busy when the broker cannot be reached; the next call tries again.
        """
        ...

    @abstractmethod
    def accept(self, deliveries: Sequence[Delivery]) -> None:
        """They are done with for good: called after their effects are durable.

        Of a connection that broke meanwhile nothing can be accepted: that is no error, they come
        again.
        """
        ...

    @abstractmethod
    def give_back(self, deliveries: Sequence[Delivery]) -> None:
        """They were not handled: they come again."""
        ...

    def refuse(self, deliveries: Sequence[Delivery]) -> None:
        """Nobody can handle them, and that is kept elsewhere: they are done with, too.

        A broker that has a place for such shows them there.
        """
        self.accept(deliveries)

    @abstractmethod
    def close(self) -> None:
        """Give everything back, and let go of the connection."""
        ...
