"""doctor: what may be wrong with a broker."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.brokers import CutBroker
from tests.cli.conftest import Run, Town
from tests.cli.guests import park


def findings(run: Run) -> list[dict[str, Any]]:
    """What the doctor says, whether all is well or not."""
    found: list[dict[str, Any]] = json.loads(run("doctor", "--json").stdout)["findings"]
    return found


def test_the_broker_is_looked_at(
    run: Run, monkeypatch: pytest.MonkeyPatch, rabbitmq_broker: CutBroker
) -> None:
    """One that is away is a failure, and its password is not shown."""
    monkeypatch.setenv("BOOKING_BROKER_URL", rabbitmq_broker.url)
    monkeypatch.setenv("BOOKING_EXCHANGE", rabbitmq_broker.exchange)
    details = [it["detail"] for it in findings(run) if it["check"] == "broker"]
    assert "RabbitMQ" in details[0]
    assert "messages are confirmed" in details
    rabbitmq_broker.cable.unplug()
    (away,) = [it for it in findings(run) if it["check"] == "broker"]
    assert away["verdict"] == "failure"
    assert "guest:guest" not in away["detail"]


@pytest.mark.parametrize(("url", "verdict"), [("", "ok"), ("memory://", "warning")])
def test_without_a_broker_that_others_reach_it_says_so(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str, verdict: str
) -> None:
    """Nothing is wrong with that in one process."""
    monkeypatch.setenv("BOOKING_BROKER_URL", url)
    (found,) = [it for it in findings(run) if it["check"] == "broker"]
    assert found["verdict"] == verdict


def test_events_that_nobody_relays_are_missed(
    run: Run, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is a broker; without one nobody shall hear of them."""
    with town(ago=timedelta(minutes=10)) as engine:
        park(engine)
    assert "outbox" not in {it["check"] for it in findings(run)}
    monkeypatch.setenv("BOOKING_BROKER_URL", "amqp://guest:guest@127.0.0.1:1//")
    (found,) = [it for it in findings(run) if it["check"] == "outbox"]
    assert found["verdict"] == "warning"
    assert "relay" in found["detail"]


REDIS = "redis://127.0.0.1:1/0"
AMQP = "amqp://guest:guest@127.0.0.1:1//"


@pytest.mark.parametrize(
    ("url", "said", "verdict", "word"),
    [
        (REDIS, {}, "ok", "payments within 60 s"),
        (REDIS, {"RECEIPTS_FROM": "none"}, "warning", "nobody"),
        (REDIS, {"RECEIPTS_FROM": "log, webhooks", "RECEIPT_SECONDS": "5"}, "ok", "log, webhooks"),
        (REDIS, {"RECEIPT_SECONDS": "61"}, "warning", "gap"),
        (AMQP, {"RECEIPTS_FROM": "payments"}, "ok", "payments"),
        (AMQP, {"RECEIPTS_FROM": "payments", "ROUTES": "parking"}, "failure", "BOOKING_ROUTES"),
        (REDIS, {"ROUTES": "parking"}, "warning", "nobody"),
    ],
)
def test_whose_receipts_are_awaited_is_said(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    said: dict[str, str],
    verdict: str,
    word: str,
) -> None:
    """And warned of on Redis, where nobody else notices what is lost."""
    for name, text in {"BROKER_URL": url, **said}.items():
        monkeypatch.setenv(f"BOOKING_{name}", text)
    (found,) = [it for it in findings(run) if it["check"] == "receipts"]
    assert found["verdict"] == verdict
    assert word in found["detail"]


def test_where_nothing_is_lost_nobody_asks_for_receipts(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor says anything of them."""
    monkeypatch.setenv("BOOKING_BROKER_URL", AMQP)
    assert "receipts" not in {it["check"] for it in findings(run)}
