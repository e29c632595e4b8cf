"""webhooks: listed, shown, replayed, and delivered to a receiver on this machine."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from booking_cli.exit_codes import EXIT_CODES
from booking_core.application.caller import admin
from booking_core.application.webhooks.keep_webhooks import Issued, WebhookWish
from booking_core.domain.kernel.errors import Kind
from booking_core.domain.kernel.ids import DEFAULT_TENANT, EventId
from booking_core.domain.webhook.message import WebhookMessage
from booking_core.domain.webhook.reach import Reach
from booking_core.engine import BookingEngine
from tests.cli.conftest import Run, Town, answer
from tests.contract.builders import id_of
from tests.webhook_receivers import Receiver, answering, receiving

PATIENCE_SECONDS = 60
BODY = b'{"eventType":"booking.created"}'


@contextmanager
def delivering(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A deliverer in a process of its own, which must end well when it is told to."""
    process = subprocess.Popen(
        [sys.executable, "-m", "booking_cli", "webhooks", "deliver", "--json"],
        env={
            "BOOKING_DATABASE_URL": f"sqlite:///{folder / 'town.db'}",
            "BOOKING_WEBHOOK_HTTP": "yes",
            "BOOKING_WEBHOOK_NETWORKS": "127.0.0.0/8",
            "BOOKING_WEBHOOK_SECONDS": "2",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert json.loads(process.stdout.readline()) == {"delivering": 8}
        yield process
        process.terminate()
        told, _ = process.communicate()
        assert process.returncode == 0
        assert set(json.loads(told)) == {"pending", "delivered", "failed"}
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def subscribe(engine: BookingEngine, url: str) -> Issued:
    """A webhook of the default tenant, on this machine."""
    keep = engine.keep_webhooks
    here = Reach(http=True, networks=(ip_network("127.0.0.0/8"),))
    wish = WebhookWish(url=url, events=("booking.*",))
    return type(keep)(
        webhooks=keep.webhooks,
        clock=keep.clock,
        randomness=keep.randomness,
        ids=keep.ids,
        reach=here,
    ).create(wish, admin())


def happen(engine: BookingEngine, name: str) -> str:
    """Something of which webhooks are told."""
    event_id = EventId(id_of(name))
    message = WebhookMessage(
        tenant_id=DEFAULT_TENANT, event_id=event_id, event_type="booking.created", body=BODY
    )
    assert engine.fan_out(message) >= 1
    return event_id


def wait_until(true: Callable[[], bool]) -> None:
    """Fail after a patience that no machine needs."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody who is told."""
    with receiving() as receiver:
        yield receiver


def test_what_happens_arrives_signed_and_is_in_the_log(
    run: Run, town: Town, tmp_path: Path, receiver: Receiver
) -> None:
    """Two deliverers share it: each event comes once, though the first answer is a failure."""
    receiver.behave = lambda connection, request: answering(
        503 if len(receiver.received) == 1 else 204
    )(connection, request)
    with town() as engine:
        issued = subscribe(engine, receiver.url)
        ids = {happen(engine, f"event-{number}") for number in range(10)}
        with delivering(tmp_path), delivering(tmp_path):
            wait_until(lambda: len(receiver.received) >= 11)
            wait_until(lambda: len(shown(run, issued, "delivered")) == 10)
    assert len(receiver.received) == 11
    assert {each.headers["webhook-id"] for each in receiver.received} == ids
    assert issued.secret is not None
    key = b64decode(issued.secret.removeprefix("whsec_"))
    for each in receiver.received:
        told = f"{each.headers['webhook-id']}.{each.headers['webhook-timestamp']}.".encode()
        digest = hmac.new(key, told + each.body, hashlib.sha256).digest()
        assert each.headers["webhook-signature"] == "v1," + b64encode(digest).decode()
        assert (each.body, each.headers["content-type"]) == (BODY, "application/json")
    assert sorted(each["attempts"] for each in shown(run, issued)) == [*[1] * 9, 2]


def shown(run: Run, issued: Issued, state: str | None = None) -> list[dict[str, Any]]:
    """The deliveries that `show` shows."""
    only = () if state is None else ("--state", state)
    told = answer(run("webhooks", "show", issued.webhook.id, *only, "--json"))
    deliveries: list[dict[str, Any]] = told["deliveries"]
    return deliveries


def test_what_was_delivered_is_replayed(
    run: Run, town: Town, tmp_path: Path, receiver: Receiver
) -> None:
    """One, or all of a period; with the same id, so that receivers know the copy."""
    with town() as engine:
        issued = subscribe(engine, receiver.url)
        event_id = happen(engine, "event")
        with delivering(tmp_path):
            wait_until(lambda: len(shown(run, issued, "delivered")) == 1)
            (one,) = shown(run, issued)
            again = answer(run("webhooks", "replay", str(one["deliveryId"]), "--json"))
            assert (again["state"], again["attempts"]) == ("pending", 0)
            wait_until(lambda: len(receiver.received) == 2)
            wait_until(lambda: len(shown(run, issued, "delivered")) == 1)
        period = ("--from", "2020-01-01T00:00:00Z", "--until", "2029-01-01T00:00:00Z")
        replay = ("webhooks", "replay", "--webhook", issued.webhook.id, *period, "--json")
        assert answer(run(*replay)) == {"replayed": 0}
        assert answer(run(*replay, "--delivered-too")) == {"replayed": 1}
    assert {each.headers["webhook-id"] for each in receiver.received} == {event_id}


def test_one_that_hangs_holds_nobody_else_up(
    run: Run, town: Town, tmp_path: Path, receiver: Receiver
) -> None:
    """It has a part of the threads, the others go on; and stopping waits for it alone."""

    def hang(*_: object) -> None:
        receiver.closing.wait(PATIENCE_SECONDS)

    receiver.behave = hang
    with receiving() as quick, town() as engine:
        subscribe(engine, receiver.url)
        issued = subscribe(engine, quick.url)
        for number in range(12):
            happen(engine, f"event-{number}")
        with delivering(tmp_path):
            wait_until(lambda: len(shown(run, issued, "delivered")) == 12)
            assert len(receiver.received) < 12
    assert len(quick.received) == 12


def test_webhooks_are_listed_for_people_and_programs(run: Run, town: Town) -> None:
    """Without their secrets."""
    with town() as engine:
        issued = subscribe(engine, "http://127.0.0.1:8000/hook")
        happen(engine, "event")
    (listed,) = answer(run("webhooks", "list", "--json"))["webhooks"]
    assert (listed["webhookId"], listed["state"]) == (issued.webhook.id, "active")
    for arguments in (("list",), ("show", issued.webhook.id)):
        said = run("webhooks", *arguments)
        assert said.exit_code == 0
        assert issued.webhook.id in said.stdout
        assert str(issued.secret) not in said.stdout
    assert "booking.created" in said.stdout


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("show", "missing"), Kind.MISSING),
        (("replay", "missing"), Kind.MISSING),
        (("replay",), Kind.INVALID),
        (("replay", "one", "--webhook", "w"), Kind.INVALID),
        (("replay", "--webhook", "w", "--from", "yesterday"), Kind.INVALID),
        (("replay", "--webhook", "w", "--from", "2030-01-01T00:00:00"), Kind.INVALID),
        (("replay", "--webhook", "w", "--from", "2030-01-01T00:00:00Z"), Kind.INVALID),
    ],
)
def test_what_cannot_be_is_refused(run: Run, arguments: tuple[str, ...], kind: Kind) -> None:
    """With the exit code of its kind."""
    assert run("webhooks", *arguments).exit_code == EXIT_CODES[kind]
