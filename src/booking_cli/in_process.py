"""Events within one process: a relay and all consumers in threads of it.

Where the broker is memory no other process can reach it. It is the demo's way; elsewhere `booking
relay` and `booking worker` do the same in processes of their own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from threading import Event, Thread

from booking_adapters.composition import Composition
from booking_adapters.consumers.registry import CONSUMERS
from booking_cli.consuming import keep_consuming
from booking_cli.relay import keep_relaying, name_of_relay
from booking_core.application.messaging.back_off import BackOff
from booking_core.application.messaging.consume_events import ConsumeEvents
from booking_core.application.messaging.relay_events import BATCH
from booking_core.domain.kernel.errors import Busy

log = logging.getLogger(__name__)


class InProcess:
    """Threads that end between two turns."""

    def __init__(self, composition: Composition) -> None:
        self._composition = composition
        self._stopped = Event()
        self._threads: list[Thread] = []

    def start(self) -> None:
        """Begin, if the broker is in this very process."""
        settings = self._composition.settings
        if settings.broker is None or settings.broker.scheme != "memory":
            return
        for name, registered in CONSUMERS.items():
            if registered.is_set_up(settings):
                consumer = registered.make(self._composition.engine, settings)
                events = self._composition.consume(consumer, stopping=self._stopped.is_set)
                # Who is there before the relay begins misses nothing.
                events.receiver.receive(1, 0)
                self._run(f"consumer {name}", partial(self._consume, events))
        self._run("relay", self._relay)

    def stop(self) -> None:
        """Finish what is in hand, and end."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _run(self, name: str, act: Callable[[], object]) -> None:
        def run() -> None:
            try:
                act()
            except Exception:
                log.exception("The %s has ended", name)

        thread = Thread(target=run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _consume(self, events: ConsumeEvents) -> None:
        with closing(events):
            keep_consuming(events, self._back_off(), self._stopped.wait)

    def _relay(self) -> None:
        composition = self._composition
        relay = composition.relay(name_of_relay(), BATCH, in_process=True)
        with closing(relay), closing(composition.storage.doorbell.listen()) as listener:
            try:
                keep_relaying(relay, self._back_off(), self._stopped, listener)
            finally:
                with suppress(Busy):  # Then its leases lapse.
                    relay.stop()

    def _back_off(self) -> BackOff:
        return BackOff(randomness=self._composition.engine.ports.randomness)
