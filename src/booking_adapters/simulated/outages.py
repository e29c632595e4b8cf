"""Outages: which calls the provider does not answer."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from enum import Enum, StrEnum
from random import Random
from threading import Lock
from typing import TypeAlias


class Call(StrEnum):
    """What can be asked of the provider; the calls of its port."""

    CREATE_INTENT = "create_intent"
    FIND = "find"
    CANCEL = "cancel"
    REFUND = "refund"
    CHANGED_SINCE = "changed_since"


class Outage(Enum):
    """The caller sees the same: no answer."""

    BEFORE_EFFECT = "the call never arrived"
    AFTER_EFFECT = "the call had its effect, and the answer was lost"


Outages: TypeAlias = Callable[[Call, str], Outage | None]
"""Asked with the call and the id that it is about; None: it is answered."""


def never(call: Call, id: str) -> Outage | None:
    """A provider that always answers."""
    return None


class OutagesInTurn:
    """The caller says which call fails next, and how; others are answered."""

    def __init__(self) -> None:
        self._expected: dict[Call, deque[Outage]] = {call: deque() for call in Call}

    def expect(self, call: Call, outage: Outage, times: int = 1) -> None:
        """The next such calls meet this outage."""
        self._expected[call].extend([outage] * times)

    def __call__(self, call: Call, id: str) -> Outage | None:
        try:
            return self._expected[call].popleft()
        except IndexError:
            return None


class SeededOutages:
    """By chance that can be repeated; the same call on the same id is answered the third time."""

    def __init__(self, seed: int, *, percent: int = 20) -> None:
        self._seed = seed
        self._percent = percent
        self._asked: Counter[tuple[Call, str]] = Counter()
        self._lock = Lock()

    def __call__(self, call: Call, id: str) -> Outage | None:
        with self._lock:
            self._asked[call, id] += 1
            number = self._asked[call, id]
        chance = Random(f"{self._seed}:{call}:{id}:{number}")
        if number % 3 == 0 or chance.randrange(100) >= self._percent:
            return None
        return chance.choice(list(Outage))
