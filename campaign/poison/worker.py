"""The worker that is to be poisoned, and notes how late healthy messages are."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from booking_adapters.consumers.registry import Registered
from booking_adapters.messages.formats import CANONICAL
from booking_adapters.settings import Settings
from booking_cli.consuming import work
from booking_core.application.messaging.consumer import Consumer, Writes
from booking_core.domain.kernel.errors import InvalidInput, NotFound
from booking_core.domain.kernel.incoming import Incoming
from booking_core.engine import BookingEngine
from booking_core.ports.inbox import Reception

TABLE, MARK = "poison_effects", "poison:"


def be_poisoned(variables: Mapping[str, str], name: str) -> None:
    """Work until stopped, or worse."""
    registered = Registered(meaning="Takes what comes.", make=partial(_make, name))
    work(variables, name, {name: registered})


def _make(name: str, engine: BookingEngine, settings: Settings) -> Consumer:
    mark = "?" if settings.database.scheme == "sqlite" else "%s"
    insert = f"INSERT INTO {TABLE} (event_id, lag_ms) VALUES ({mark}, {mark})"

    def handle(incoming: Incoming, reception: Reception) -> None:
        assert incoming.at is not None  # It is a message of ours.
        lag_ms = round((datetime.now(UTC) - incoming.at).total_seconds() * 1000)
        reception.connection.execute(insert, (incoming.event_id, lag_ms))
        word = str(incoming.correlation_id)
        if word.startswith(MARK):
            DEEDS[word.removeprefix(MARK)]()

    return Consumer(
        name=name,
        topics=("#",),
        decode=settings.messages.codec(CANONICAL).decode,
        handler=Writes(handle),
        in_order=True,
    )


def _raise() -> None:
    raise ValueError("poison")


def _raise_with_nul() -> None:
    raise ValueError("\0\ud800 poison")


def _recurse() -> None:
    _recurse()


def _run_out_of_memory() -> None:
    raise MemoryError


def _refuse() -> None:
    raise InvalidInput("poison", "none")


def _not_find() -> None:
    raise NotFound("antidote", "1")


def _hang_in_c() -> None:
    re.match("(a+)+$", "a" * 64 + "b")


DEEDS: Mapping[str, Callable[[], object]] = {
    "raise": _raise,
    "raise-with-nul": _raise_with_nul,
    "recurse": _recurse,
    "run-out-of-memory": _run_out_of_memory,
    "refuse": _refuse,
    "not-find": _not_find,
    "exit": sys.exit,
    "exit-at-once": lambda: os._exit(0),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "segfault": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "hang": lambda: time.sleep(3600),
    "hang-in-c": _hang_in_c,
}
