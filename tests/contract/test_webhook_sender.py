"""The way to the URLs of tenants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from booking_adapters.simulated.webhook_sender import SimulatedWebhookSender
from booking_adapters.webhooks.webhook_sender import HttpWebhookSender
from booking_core.domain.webhook.outcome import Failure
from booking_core.ports.webhook_sender import WebhookSender
from tests.contract.webhook_builders import BODY
from tests.webhook_receivers import HERE, Receiver, answering, receiving

HEADERS = {"content-type": "application/json", "webhook-id": "1"}


@dataclass
class Line:
    """A sender, and somebody at the other end."""

    sender: WebhookSender
    url: str
    answer: Callable[[int], None]
    vanish: Callable[[], None]
    arrived: Callable[[], Sequence[tuple[Mapping[str, str], bytes]]]


@pytest.fixture(params=["simulated", "http"])
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    """Each sender, and its receiver."""
    if request.param == "simulated":
        yield simulated()
        return
    with receiving() as receiver:
        yield http(receiver)


def simulated() -> Line:
    """Receivers that are told what to answer."""
    sender = SimulatedWebhookSender()

    def answer(status: int) -> None:
        sender.answer = lambda _: status

    def vanish() -> None:
        sender.answer = lambda _: Failure.CANNOT_CONNECT

    return Line(
        sender=sender,
        url="https://somebody.example/hook",
        answer=answer,
        vanish=vanish,
        arrived=lambda: [(each.headers, each.body) for each in sender.sent],
    )


def http(receiver: Receiver) -> Line:
    """A real one, on this machine."""

    def answer(status: int) -> None:
        receiver.behave = answering(status, "Location: /elsewhere")

    return Line(
        sender=HttpWebhookSender(HERE),
        url=receiver.url,
        answer=answer,
        vanish=receiver.close,
        arrived=lambda: [(each.headers, each.body) for each in receiver.received],
    )


def test_what_is_sent_arrives_byte_for_byte(line: Line) -> None:
    """With all headers that were given."""
    outcome = line.sender.send(line.url, HEADERS, BODY)
    assert (outcome.status, outcome.failure) == (204, None)
    ((headers, body),) = line.arrived()
    assert body == BODY
    assert HEADERS.items() <= headers.items()


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_every_2xx_is_a_success(line: Line, status: int) -> None:
    """And said once."""
    line.answer(status)
    outcome = line.sender.send(line.url, HEADERS, BODY)
    assert outcome.is_success
    assert outcome.status == status
    assert outcome.took.total_seconds() >= 0


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308, 400, 404, 410, 429, 500, 503])
def test_everything_else_is_none_and_no_redirect_is_followed(line: Line, status: int) -> None:
    """One request is made, wherever the answer points to."""
    line.answer(status)
    outcome = line.sender.send(line.url, HEADERS, BODY)
    assert not outcome.is_success
    assert outcome.status == status
    assert len(line.arrived()) == 1


def test_nobody_there_is_an_outcome_and_no_error(line: Line) -> None:
    """Nothing is raised."""
    line.vanish()
    outcome = line.sender.send(line.url, HEADERS, BODY)
    assert (outcome.status, outcome.failure) == (None, Failure.CANNOT_CONNECT)


def test_threads_may_share_a_sender(line: Line) -> None:
    """Each gets the outcome of its own."""
    with ThreadPoolExecutor(4) as threads:
        outcomes = list(
            threads.map(
                lambda number: line.sender.send(line.url, {"webhook-id": str(number)}, BODY),
                range(16),
            )
        )
    assert {outcome.status for outcome in outcomes} == {204}
    ids = {headers["webhook-id"] for headers, _ in line.arrived()}
    assert ids == {str(number) for number in range(16)}
    line.sender.close()
