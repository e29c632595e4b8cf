"""The way out: messages to a broker."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from booking_core.domain.kernel.errors import BookingError, Kind

# A header of what was told before, and may have been lost: somebody may have had it all the same.
TOLD_AGAIN: Final = "told-again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Bytes on their way. `key` is what they are ordered by, a booking's id; `topic` is where they
    belong, an event's type."""

    key: str
    topic: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def told_again(message: Message) -> Message:
    """The same, with that header."""
    return replace(message, headers={**message.headers, TOLD_AGAIN: "yes"})


@dataclass(eq=False)
class NotPublished(BookingError):
    """The broker did not confirm everything: {reason}"""

    code = "not-published"
    kind = Kind.BUSY
    reason: str
    confirmed: frozenset[int] = frozenset()  # By their places in what was to be published.


class Publisher(Protocol):
    """One per thread; contract: tests/contract/test_publisher.py, run over every broker."""

    @abstractmethod
    def publish(self, messages: Sequence[Message]) -> None:
        """Return when the broker has all of them for good, those of one key in this order.

        Raises NotPublished, with those that it has; then the connection is gone, and the next call
        makes a new one. What was not confirmed may have arrived all the same.
        """
        ...

    def begin(self, messages: Sequence[Message]) -> Callable[[], None]:
        """What does the rest of `publish`, and raises what it does; to be called before the next.

        A broker that takes messages before it confirms them has all of them under way by then, so
        that its caller has something else to do meanwhile. Raises nothing itself.
        """
        return lambda: self.publish(messages)

    @abstractmethod
    def close(self) -> None:
        """Let go of the connection."""
        ...
