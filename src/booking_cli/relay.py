"""`booking relay`: tell a broker what happens."""

from __future__ import annotations

import os
import socket
import time
from contextlib import closing, suppress
from threading import Event
from uuid import uuid4

import click

from booking_cli.keep_at_it import keep_at_it
from booking_cli.logs import set_up_logging
from booking_cli.output import json_option, show_line
from booking_cli.session import opened
from booking_cli.stopping import stopping
from booking_cli.watch_port import watch_port
from booking_core.application.messaging.back_off import BackOff
from booking_core.application.messaging.relay_events import BATCH, RelayEvents
from booking_core.domain.kernel.errors import Busy
from booking_core.ports.doorbell import Listener

# A relay that is called waits that long. One that is not, as behind a pooler of connections nobody
# can listen to PostgreSQL, asks less and less often: soon after it was busy, then once a second.
IDLE_FIRST_SECONDS = 0.005
IDLE_MOST_SECONDS = 1.0
DOUBLINGS_MAX = 20
STOP_HEARD_SECONDS = 0.2


@click.command("relay")
@click.option(
    "--batch",
    type=click.IntRange(1, 10_000),
    default=BATCH,
    show_default=True,
    help="Events at once.",
)
@json_option
def command(batch: int) -> None:
    """Tell the broker what happens, until SIGTERM: each booking's events in their order.

    Any number of relays may run at once; they share the work. Whatever the broker has not
    confirmed is told again, so consumers may get an event twice.
    """
    with opened() as composition, stopping() as stopped, watch_port(composition):
        set_up_logging(composition.settings)
        relay = composition.relay(name_of_relay(), batch)
        with closing(relay), closing(composition.storage.doorbell.listen()) as listener:
            show_line({"relay": relay.holder}, f"Relaying as {relay.holder}")
            back_off = BackOff(randomness=composition.engine.ports.randomness)
            try:
                told = keep_relaying(relay, back_off, stopped, listener)
            finally:
                with suppress(Busy):  # Then its leases lapse.
                    relay.stop()
    show_line({"told": told}, f"Events told: {told}")


def keep_relaying(relay: RelayEvents, back_off: BackOff, stopped: Event, listener: Listener) -> int:
    """Turn after turn until it is stopped, between two of them; how many events it told.

    What a turn told before the broker refused the rest is not counted.
    """
    told, pause = 0, Pause(listener)

    def turn() -> None:
        nonlocal told
        count = relay.turn()
        told += count
        pause.after(count, stopped)

    keep_at_it(turn, back_off, stopped.is_set, stopped.wait)
    return told


class Pause:
    """Between two turns: until it rings, or it is time to look."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._idle = 0
        self._rang = False  # Before the turn that was last.
        self.is_called = False  # Whether events come with a ring.

    def after(self, count: int, stopped: Event) -> None:
        """No pause after a turn that told something: there may be more."""
        if count:
            if self._idle:
                self._idle, self.is_called = 0, self._rang
            return
        self._idle = min(self._idle + 1, DOUBLINGS_MAX)
        ramp = min(IDLE_FIRST_SECONDS * (1 << self._idle - 1), IDLE_MOST_SECONDS)
        self._rang = self._wait(IDLE_MOST_SECONDS if self.is_called else ramp, stopped)

    def _wait(self, seconds: float, stopped: Event) -> bool:
        until = time.monotonic() + seconds
        while not stopped.is_set() and (left := until - time.monotonic()) > 0:
            if self._listener.wait(min(left, STOP_HEARD_SECONDS)):
                return True
        return False


def name_of_relay() -> str:
    """Like no other relay's, and telling people which one it is."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
