"""demo: what `make run` starts."""

import json
import os
import stat
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest

from booking_cli.env_file import parse_env_file
from booking_cli.exit_codes import EXIT_CODES
from booking_core.domain.kernel.errors import Kind
from tests.cli.conftest import Run, answer
from tests.cli.served import Served, serving

PATIENCE_SECONDS = 30.0


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A demo that is served on a free port, over a new SQLite file."""
    folder = tmp_path_factory.mktemp("demo")
    with serving("demo", "--serve", "--port", "0", folder=folder) as served:
        yield served


def test_filling_can_be_repeated(run: Run, tmp_path: Path) -> None:
    """The second time nothing is made, and secrets stay as they are."""
    first = answer(run("demo", "--folder", str(tmp_path), "--json"))
    before = (tmp_path / "booking-demo.env").read_text()
    second = answer(run("demo", "--folder", str(tmp_path), "--json"))
    assert (first["made"], second["made"]) == (10, 0)
    assert (tmp_path / "booking-demo.env").read_text() == before


def test_secrets_are_made_for_each_demo_and_read_by_its_owner_alone(
    run: Run, tmp_path: Path
) -> None:
    """No secret has a default, not even here, and the file that holds them is private."""
    secrets = set()
    for name in ("one", "other"):
        run("demo", "--folder", str(tmp_path / name))
        file = tmp_path / name / "booking-demo.env"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        variables = parse_env_file(file)
        secrets |= {variables["BOOKING_TOKEN_SECRET"]}
        secrets |= {variables["BOOKING_PAYMENT_WEBHOOK_SECRET"]}
    assert len(secrets) == 4


def test_the_demo_leaves_the_configured_database_alone(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the environment says, the demo fills its own file."""
    mine = tmp_path / "mine.db"
    monkeypatch.setenv("BOOKING_DATABASE_URL", f"sqlite:///{mine}")
    answer(run("demo", "--folder", str(tmp_path), "--json"))
    assert not mine.exists()
    assert (tmp_path / "booking-demo.db").exists()


@pytest.mark.parametrize("url", ["nonsense", "mysql://db/x", "sqlite://", "postgresql://db:p/x"])
def test_a_url_that_is_none_is_refused_by_the_options_name(
    run: Run, tmp_path: Path, url: str
) -> None:
    """In one line, and nothing is kept of it for the commands that come after."""
    done = run("demo", "--folder", str(tmp_path), "--database", url)
    assert (done.exit_code, done.stdout) == (EXIT_CODES[Kind.INVALID], "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("--database: expected a URL such as ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["sqlite:////no/such/folder/x.db", "postgresql://nobody:hush@127.0.0.1:1/none"]
)
def test_a_database_that_cannot_be_reached_is_told_by_the_options_name(
    run: Run, tmp_path: Path, url: str
) -> None:
    """In one line, without the password; the same command may be repeated."""
    done = run("demo", "--folder", str(tmp_path), "--database", url)
    assert (done.exit_code, done.stdout) == (EXIT_CODES[Kind.BUSY], "")
    (line,) = done.stderr.splitlines()
    assert "--database: " in line
    assert "hush" not in line


def test_it_says_where_it_is_and_gives_tokens(demo: Served) -> None:
    """With what it prints, a customer books and the provider sees it, at once."""
    booking_id = hold_a_place(demo)
    for token in ("customerToken", "providerToken"):
        assert get(demo, f"/bookings/{booking_id}", token)["customerId"] == "ada"


def test_what_it_says_to_try_works_as_printed(demo: Served) -> None:
    """The three lines for the shell can be copied: free slots, a hold, a payment."""
    ask, hold, pay = demo.told["commands"]
    environment = {
        "PATH": os.environ["PATH"],
        "URL": demo.address,
        "CUSTOMER": str(demo.told["customerToken"]),
    }
    script = f"{ask}; echo; {hold}; echo $BOOKING; {pay}; echo"
    done = subprocess.run(
        ["bash", "-euc", script], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    slots, booking_id, payment = done.stdout.splitlines()
    assert [it["resourceId"] for it in json.loads(slots)["resources"]] == ["dr-adams", "dr-baker"]
    assert all(it["slots"] for it in json.loads(slots)["resources"])
    held = get(demo, f"/bookings/{booking_id}", "customerToken")
    assert held["state"] == "PENDING"
    assert len(held["items"][0]["unitIds"]) == 2
    assert json.loads(payment)["checkoutUrl"].startswith(demo.address)


@pytest.mark.parametrize(
    ("choice", "state", "payment_state"),
    [("pay", "CONFIRMED", "PAID"), ("decline", "PENDING", "FAILED")],
)
def test_a_person_pays_or_fails_in_a_browser(
    demo: Served, choice: str, state: str, payment_state: str
) -> None:
    """The checkout page's own form, followed as a browser would, decides about the hold."""
    booking_id = hold_a_place(demo)
    checkout = post(demo, f"/bookings/{booking_id}/payments", {})["checkoutUrl"]
    form = Form(fetch(checkout))
    assert choice in form.choices
    body = urlencode({**form.hidden, "choice": choice}).encode()
    page = fetch(urljoin(checkout, form.action), body)  # Follows the redirect, as browsers do.
    assert ("Paid" in page) is (choice == "pay")
    booking = get(demo, f"/bookings/{booking_id}", "customerToken")
    assert (booking["state"], booking["paymentState"]) == (state, payment_state)


def test_what_happens_is_told_in_the_same_process(demo: Served) -> None:
    """The payments consumer hears of a new booking, and the log of both, in their order."""
    booking_id = hold_a_place(demo)
    until = time.monotonic() + PATIENCE_SECONDS
    while len(told := events_of(demo, booking_id)) < 2:
        assert time.monotonic() < until, told
        time.sleep(0.05)
    assert told[:2] == ["booking.created", "payment.created"]
    # A customer may hold but a few: the other tests need theirs.
    post(demo, f"/bookings/{booking_id}/cancel", {"reason": "tried_out"})


def events_of(demo: Served, booking_id: str) -> list[str]:
    """The types of the booking's events, as the log's consumer wrote them."""
    lines = [json.loads(line) for line in demo.log.read_text().splitlines() if line[:1] == "{"]
    return [line["event_type"] for line in lines if line.get("booking_id") == booking_id]


class Form(HTMLParser):
    """The form of a page: where it goes, what it hides, and the values of its buttons."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}
        self.choices: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given.get("action", "")
        if tag == "input" and given.get("type") == "hidden":
            self.hidden[given["name"]] = given["value"]
        if tag == "button" and given.get("name") == "choice":
            self.choices.append(given["value"])


def hold_a_place(demo: Served) -> str:
    """Hold the best seat of the first performance; answer the booking's id."""
    (first, *_) = get(demo, "/performances", "customerToken")["items"]
    held = post(demo, "/bookings", {"items": [{"performanceId": first["id"]}]})
    return str(held["id"])


def get(demo: Served, path: str, token: str) -> Any:
    """What a client with that token is answered."""
    return json.loads(fetch(demo.address + path, token=demo.told[token]))


def post(demo: Served, path: str, body: object) -> Any:
    """What the customer is answered."""
    sent = json.dumps(body).encode() if body else b""
    return json.loads(fetch(demo.address + path, sent, token=demo.told["customerToken"]))


def fetch(url: str, body: bytes | None = None, token: object = None) -> str:
    """Ask for a page, or send something there."""
    request = urllib.request.Request(url, data=body)
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
        request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request) as response:
        content = response.read()
    assert isinstance(content, bytes)
    return content.decode()
