"""The loop of `booking webhooks deliver`: many attempts at once, and nobody's server in the way."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Event

from booking_cli.complaint import complain
from booking_cli.keep_at_it import keep_at_it
from booking_core.application.messaging.back_off import BackOff
from booking_core.application.webhooks.deliver_webhooks import DeliverWebhooks
from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.domain.webhook.delivery import DeliveryState, WebhookDelivery
from booking_core.domain.webhook.ids import WebhookId
from booking_core.ports.webhook_deliveries import Claimed

IDLE_SECONDS = 0.5
TIDY_EVERY_SECONDS = 600.0
SHARES = 4  # One webhook has a quarter of the threads at most, however slow it is.


@dataclass(slots=True)
class Delivering:
    """`counts` has how many attempts ended in which state."""

    deliver: DeliverWebhooks
    back_off: BackOff
    threads: int
    counts: Counter[DeliveryState] = field(default_factory=Counter)
    _running: dict[Future[WebhookDelivery], WebhookId] = field(default_factory=dict)
    _tidied: float | None = None

    def until(self, stopped: Event) -> None:
        """Attempt what is due; what runs when it is stopped is waited for, and recorded."""
        with ThreadPoolExecutor(self.threads, "webhook") as threads:

            def turn() -> None:
                self._reap()
                self._tidy()
                claimed = self._claim()
                for each in claimed:
                    future = threads.submit(self.deliver.attempt, each)
                    self._running[future] = each.webhook.id
                if not claimed:
                    self._pause(stopped)

            keep_at_it(turn, self.back_off, stopped.is_set, stopped.wait)
        self._reap_last()

    def _claim(self) -> Sequence[Claimed]:
        share = max(1, self.threads // SHARES)
        free = min(self.threads - len(self._running), share)
        if not free:
            return ()
        busy = Counter(self._running.values())
        return self.deliver.claim(free, [id for id, count in busy.items() if count >= share])

    def _reap(self) -> None:
        """Count what has ended; raise what went wrong with one of them."""
        for future in [each for each in self._running if each.done()]:
            del self._running[future]
            self.counts[future.result().state] += 1

    def _reap_last(self) -> None:
        """Storage that is away now cannot be told: what is not recorded is sent again."""
        while self._running:
            try:
                self._reap()
            except BookingError as refusal:
                if refusal.kind is not Kind.BUSY:
                    raise
                complain(refusal, 0.0)

    def _pause(self, stopped: Event) -> None:
        if self._running:
            wait(self._running, IDLE_SECONDS, FIRST_COMPLETED)
        else:
            stopped.wait(IDLE_SECONDS)

    def _tidy(self) -> None:
        now = time.monotonic()
        if self._tidied is None or now - self._tidied >= TIDY_EVERY_SECONDS:
            self._tidied = now
            self.deliver.tidy()
