"""A process of customers and their payment provider: `python -m campaign.outage.clients`.

On SIGTERM the customers stop between two calls, and the provider tells all that it has to tell.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path
from threading import Event, Thread

from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.simulated.payment_webhook import SimulatedWebhook
from booking_adapters.simulated.script import PAY
from booking_adapters.system.clock import SystemClock
from booking_adapters.system.randomness import SystemRandomness
from booking_cli.stopping import stopping
from booking_core.domain.kernel.ids import DEFAULT_TENANT, PaymentId
from booking_core.ports.payment_gateway import GatewayUnavailable
from booking_core.ports.payment_webhook import Callback
from campaign.outage.history import History, Outcome
from campaign.outage.http_client import HttpClient
from campaign.outage.stories import Stories

WEBHOOK_SECRET = "a secret that only the provider knows besides"
PAUSE_SECONDS = 0.02
PATIENCE_SECONDS = 120.0
TOLD_TWICE = 0.2


class Provider:
    """Tells what it has to tell until somebody takes it in, and some of it once more."""

    def __init__(self, gateway: SimulatedGateway, client: HttpClient, history: History) -> None:
        self._gateway, self._client, self._history = gateway, client, history
        self._webhook = SimulatedWebhook(gateway.clock, secrets=[WEBHOOK_SECRET])
        self._chance = random.Random(0)

    def run(self, stopped: Event) -> None:
        """Until it is stopped and has nothing more to tell."""
        while True:
            ending = stopped.is_set()
            if not self._gateway.deliver_due(self._tell):
                if ending:
                    break
                time.sleep(PAUSE_SECONDS)
        self._history.close()

    def _tell(self, news: Callback) -> None:
        call = self._history.begin(news.payment_id, news.told.value)
        until, lost = time.monotonic() + PATIENCE_SECONDS, 0
        copies = 2 if self._chance.random() < TOLD_TWICE else 1
        while copies:
            headers, body = self._webhook.signed(news)
            path = f"/payments/webhooks/{self._webhook.name}"
            answer = self._client.ask("POST", path, body, headers)
            if answer is not None and answer.is_definite:
                copies -= 1
                continue
            lost += 1
            if time.monotonic() > until:
                self._history.end(call, Outcome.UNKNOWN, lost=lost)
                raise GatewayUnavailable(self._webhook.name)
            time.sleep(PAUSE_SECONDS)
        assert answer is not None
        outcome = Outcome.ACKED if answer.is_good else Outcome.REFUSED
        self._history.end(call, outcome, lost=lost, status=answer.status)


def main() -> int:
    """Let customers come until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--provider", required=True, help="the provider's file")
    parser.add_argument("--histories", type=Path, required=True)
    parser.add_argument("--customers", type=int, default=4, help="at a time")
    parser.add_argument("--seed", type=int, required=True)
    options = parser.parse_args()
    gateway = SimulatedGateway(SystemClock(), SystemRandomness(), path=options.provider)

    def pay(payment_id: PaymentId) -> None:
        gateway.play(DEFAULT_TENANT, payment_id, PAY)

    with stopping() as stopped:
        all_gone = Event()
        customers = [
            Thread(
                target=Stories(
                    number,
                    options.seed,
                    HttpClient(options.port),
                    History(options.histories / f"customers-{number}.jsonl"),
                    pay,
                    stopped,
                ).run
            )
            for number in range(options.customers)
        ]
        provider = Provider(
            gateway, HttpClient(options.port), History(options.histories / "provider.jsonl")
        )
        telling = Thread(target=provider.run, args=(all_gone,))
        for thread in (*customers, telling):
            thread.start()
        while not stopped.wait(1.0):  # In short waits, or signals wait too.
            pass
        for thread in customers:
            thread.join()
        all_gone.set()
        telling.join()
    gateway.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
