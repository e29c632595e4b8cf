"""Receivers of webhooks that answer as they are told: for tests and embedding hosts' own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock

from booking_core.domain.webhook.outcome import Failure, Outcome
from booking_core.ports.webhook_sender import WebhookSender

TOOK = timedelta(milliseconds=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request, as it arrived."""

    url: str
    headers: Mapping[str, str]
    body: bytes


Answer = Callable[[Sent], int | Failure]


class SimulatedWebhookSender(WebhookSender):
    """`sent` has what was sent, in turn; `answer` is how receivers answer, 204 by default."""

    def __init__(self, answer: Answer = lambda sent: 204) -> None:
        self.sent: list[Sent] = []
        self.answer = answer
        self._lock = Lock()

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        sent = Sent(url=url, headers=dict(headers), body=body)
        answered = self.answer(sent)
        if isinstance(answered, Failure):
            return Outcome(took=TOOK, failure=answered)
        with self._lock:
            self.sent.append(sent)
        return Outcome(took=TOOK, status=answered)

    def close(self) -> None:
        """Nothing to let go of."""
