"""Acknowledging on one channel of RabbitMQ, with as few words as possible."""

from __future__ import annotations

from collections.abc import Iterable, Set
from enum import Enum
from itertools import takewhile
from typing import Any


class Word(Enum):
    """What is said of a delivery: a refused one becomes a dead letter of the broker's."""

    ACCEPTED = "accepted"
    GIVEN_BACK = "given back"
    REFUSED = "refused"


class Settling:
    """Knows what is unsettled: the deliveries up to one that is can be settled by one word."""

    def __init__(self, channel: Any) -> None:
        self._channel = channel
        self._unsettled: dict[int, None] = {}  # In the order of the tags.

    def expect(self, tag: int) -> None:
        """It was delivered."""
        self._unsettled[tag] = None

    def settle(self, tags: Iterable[int], word: Word) -> None:
        """Each tag once; those that are settled already are passed over."""
        rest = self._unsettled.keys() & set(tags)
        if word is Word.ACCEPTED:
            rest -= self._ack_first(rest)
        for tag in sorted(rest):
            del self._unsettled[tag]
            if word is Word.ACCEPTED:
                self._channel.basic_ack(tag)
            else:
                self._channel.basic_reject(tag, requeue=word is Word.GIVEN_BACK)

    def _ack_first(self, tags: Set[int]) -> Set[int]:
        """One word for those before which nothing is unsettled."""
        first = list(takewhile(tags.__contains__, self._unsettled))
        if first:
            self._channel.basic_ack(first[-1], multiple=True)
        for tag in first:
            del self._unsettled[tag]
        return set(first)
