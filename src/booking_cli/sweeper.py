"""What a serving process does beside answering: expire holds, close their payments, deliver."""

from __future__ import annotations

import logging
from threading import Event, Thread

from booking_adapters.composition import Composition
from booking_cli.closing import close_outlived
from booking_core.domain.kernel.errors import BookingError

log = logging.getLogger(__name__)

ROUNDS_MAX = 1000  # So that a stop is heard also while there is much to do.


class Sweeper:
    """A thread that works every so many seconds, and stops between two batches.

    Any number of processes may sweep at once: what one has expired, the others pass over.
    """

    def __init__(self, composition: Composition) -> None:
        self.composition = composition
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="sweeper", daemon=True)

    def start(self) -> None:
        """Begin, unless the settings say never."""
        if self.composition.settings.sweep.every_seconds > 0:
            self._thread.start()

    def stop(self) -> None:
        """Finish the batch in hand, and end."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self.composition.settings.sweep.every_seconds):
            try:
                self.sweep()
            except BookingError as refusal:  # Storage is away: the next round may find it back.
                log.warning("Sweeping was refused: %s", refusal)

    def sweep(self) -> None:
        """One round: all that is due now."""
        engine, batch = self.composition.engine, self.composition.settings.sweep.batch
        self.composition.gateway.deliver_due(engine.apply_callback)
        for _ in range(ROUNDS_MAX):
            if self._stopped.is_set() or engine.lapse_holds(batch) < batch:
                break
        close_outlived(engine.close_attempts, batch, self._stopped)
