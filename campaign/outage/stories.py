"""What one customer after another does: book, pay, move, cancel, in some order by chance."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from threading import Event
from typing import Any

from booking_core.application.booking.line import Line
from booking_core.domain.kernel.ids import PaymentId
from campaign.outage.history import History, Outcome
from campaign.outage.http_client import HttpClient, as_customer
from campaign.world import DOCTOR, ROOMS, hour_of

DAYS = 360  # A full campaign books more than ten thousand hours of five units.
PAUSE_SECONDS = 0.1
PATIENCE_SECONDS = 90.0  # Longer than anything is away, unless they give up at once.
QUITS_AT_ONCE = 0.3
CONFIRMED_WITHIN_SECONDS = 20.0


class Stories:
    """One customer at a time, each with one booking at most; for one thread."""

    def __init__(
        self,
        number: int,
        seed: int,
        client: HttpClient,
        history: History,
        pay: Callable[[PaymentId], None],
        stopped: Event,
    ) -> None:
        self._number = number
        self._chance = random.Random(f"{seed}:{number}")
        self._client, self._history, self._pay, self._stopped = client, history, pay, stopped

    def run(self) -> None:
        """Story after story, until stopped between two calls."""
        told = 0
        while not self._stopped.is_set():
            told += 1
            self._story(f"customer-{self._number}-{told}")
        self._history.close()

    def _story(self, name: str) -> None:
        line = self._wish()
        assert line.start is not None
        assert line.end is not None
        wish = {
            "resourceId": line.resource_id,
            "start": line.start.isoformat(),
            "end": line.end.isoformat(),
        }
        held = self._call(name, "book", "/bookings", {"items": [wish]}, start=wish["start"])
        if held is None:
            return
        path, chance = f"/bookings/{held['id']}", self._chance
        if chance.random() < 0.75 and not self._pay_for(name, path):
            return
        if chance.random() < 0.4:
            start = self._wish().start
            assert start is not None
            move = {"start": start.isoformat()}
            if not self._call(name, "move", f"{path}/reschedule", move, **move):
                return
        if chance.random() < 0.35:
            self._call(name, "cancel", f"{path}/cancel", {})

    def _pay_for(self, name: str, path: str) -> bool:
        """Whether the story goes on: the customer has seen the confirmation."""
        started = self._call(name, "pay", f"{path}/payments", None)
        if started is None or self._stopped.is_set():
            return False
        self._pay(PaymentId(started["paymentId"]))
        call = self._history.begin(name, "paid")
        until = time.monotonic() + CONFIRMED_WITHIN_SECONDS
        while time.monotonic() < until:
            answer = self._client.ask("GET", path, None, as_customer(name))
            if answer is not None and answer.is_good and answer.body["state"] == "CONFIRMED":
                self._history.end(call, Outcome.ACKED)
                return True
            time.sleep(PAUSE_SECONDS / 4)
        self._history.end(call, Outcome.UNKNOWN)
        return False

    def _call(self, name: str, act: str, path: str, body: Any, **facts: Any) -> Any:
        """What it was answered once it was done; None where it was refused, or nobody knows.

        A refusal after an attempt of which nobody knows is no knowledge either.
        """
        if self._stopped.is_set():
            return None
        call = self._history.begin(name, act, **facts)
        patience = 0.0 if self._chance.random() < QUITS_AT_ONCE else PATIENCE_SECONDS
        until = time.monotonic() + patience
        headers = as_customer(name, f"{name}-{act}")
        sent = None if body is None else json.dumps(body).encode()
        lost = 0
        while True:
            answer = self._client.ask("POST", path, sent, headers)
            if answer is not None and answer.is_definite:
                break
            lost += 1
            if time.monotonic() > until:
                status = None if answer is None else answer.status
                self._history.end(call, Outcome.UNKNOWN, lost=lost, status=status)
                return None
            time.sleep(self._chance.uniform(0, PAUSE_SECONDS))
        if answer.is_good:
            self._history.end(call, Outcome.ACKED, lost=lost, status=answer.status)
            return answer.body
        outcome = Outcome.UNKNOWN if lost else Outcome.REFUSED
        self._history.end(call, outcome, lost=lost, status=answer.status, code=answer.body["code"])
        return None

    def _wish(self) -> Line:
        return hour_of(
            self._chance.choice((DOCTOR, ROOMS, ROOMS, ROOMS)),
            self._chance.randrange(24 * DAYS),
        )
