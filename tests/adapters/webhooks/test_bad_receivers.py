"""Receivers that are slow, endless, broken or liars: each attempt ends, and says how."""

from __future__ import annotations

import datetime
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from booking_adapters.webhooks.webhook_sender import HttpWebhookSender, Patience
from booking_core.domain.webhook.outcome import Failure, Outcome
from tests.webhook_receivers import (
    HERE,
    Behaviour,
    Received,
    Receiver,
    answering,
    receiving,
)

BRIEF = Patience(connect_seconds=5, read_seconds=0.2, total_seconds=0.5, rest_seconds=0.2)
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody who listens."""
    with receiving() as receiver:
        yield receiver


def post(receiver: Receiver, behave: Behaviour, patience: Patience = BRIEF) -> Outcome:
    """How one attempt ended."""
    receiver.behave = behave
    return HttpWebhookSender(HERE, patience=patience).send(receiver.url, {}, b"{}")


def drip(connection: socket.socket, receiver: Receiver, what: bytes) -> None:
    """Say it again and again, a little at a time, until nobody listens."""
    while not receiver.closing.wait(0.05):
        connection.sendall(what)


def test_silence_is_a_timeout(receiver: Receiver) -> None:
    """It accepts, and never answers."""

    def behave(connection: socket.socket, _: Received) -> None:
        receiver.closing.wait(30)

    assert post(receiver, behave).failure is Failure.TIMEOUT


@pytest.mark.parametrize("drop", [b"H", b"HTTP/1.1 100 Continue\r\n\r\n"], ids=["bytes", "100s"])
def test_a_trickle_of_headers_outlasts_no_attempt(receiver: Receiver, drop: bytes) -> None:
    """Each read brings something in time, and all of them together do not."""

    def behave(connection: socket.socket, _: Received) -> None:
        if drop == b"H":
            connection.sendall(OK + b"X: ")
        drip(connection, receiver, drop)

    assert post(receiver, behave).failure is Failure.TIMEOUT


def test_an_endless_answer_counts_by_its_status(receiver: Receiver) -> None:
    """What comes after it is not waited for: neither much at once nor little at a time."""

    def flood(connection: socket.socket, _: Received) -> None:
        connection.sendall(OK + b"Content-Length: 1000000000000\r\n\r\n")
        while not receiver.closing.is_set():
            connection.sendall(b"x" * 65536)

    def trickle(connection: socket.socket, _: Received) -> None:
        connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        drip(connection, receiver, b"1\r\nx\r\n")

    for behave in (flood, trickle):
        outcome = post(receiver, behave)
        assert (outcome.status, outcome.is_success) == (200, True)


def test_endless_headers_are_cut_off(receiver: Receiver) -> None:
    """Nobody fills our memory."""

    def behave(connection: socket.socket, _: Received) -> None:
        connection.sendall(OK)
        while True:
            connection.sendall(b"X-Y: " + b"z" * 8192 + b"\r\n")

    patience = Patience(total_seconds=20)
    assert post(receiver, behave, patience).failure is Failure.BROKEN


@pytest.mark.parametrize(
    "said", [b"", b"SSH-2.0-OpenSSH\r\n", b"\x00" * 100, OK + b"Content-Length: x\r\n\r\n"]
)
def test_what_is_no_http_is_broken(receiver: Receiver, said: bytes) -> None:
    """Or hangs up."""

    def behave(connection: socket.socket, _: Received) -> None:
        connection.sendall(said)

    assert post(receiver, behave).failure is Failure.BROKEN


def test_a_body_that_is_cut_off_leaves_the_status_standing(receiver: Receiver) -> None:
    """It has said that it has the event."""

    def behave(connection: socket.socket, _: Received) -> None:
        connection.sendall(OK + b"Content-Length: 10\r\n\r\nabc")

    assert post(receiver, behave).is_success


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("0", 0), ("-1", None), ("9999999", None), ("Wed, 21 Oct 2030", None)],
)
def test_how_long_to_wait_is_taken_in_seconds(
    receiver: Receiver, value: str, seconds: int | None
) -> None:
    """Anything else is passed over."""
    outcome = post(receiver, answering(503, f"Retry-After: {value}"))
    expected = None if seconds is None else datetime.timedelta(seconds=seconds)
    assert (outcome.status, outcome.retry_after) == (503, expected)


def test_the_request_is_as_the_url_says(receiver: Receiver) -> None:
    """Path and query to the letter; no cookie, no login, and no connection is kept."""
    assert post(receiver, answering(204, "Set-Cookie: a=b")).is_success
    assert post(receiver, answering(204)).is_success
    first, second = receiver.received
    assert first.line == "POST /hook?a=b;c HTTP/1.1"
    assert first.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert first.headers["user-agent"] == "booking-webhooks/1"
    assert not {"cookie", "authorization"} & second.headers.keys()
    assert receiver.connections == 2


def test_no_proxy_of_the_environment_is_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would look the name up by itself, and connect wherever it likes."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:1")
    assert post(receiver, answering(204)).is_success


def certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side for that host, signed by itself, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{host}.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


def test_tls_is_for_the_name_though_the_address_is_pinned(tmp_path: Path) -> None:
    """The certificate has to be the host's of the URL, and somebody's whom we trust."""
    server, trust = certificate(tmp_path, "hook.example")
    asked: list[str | None] = []
    server.sni_callback = lambda _, name, __: asked.append(name)
    with receiving(server) as receiver:

        def send(host: str, trust: ssl.SSLContext | None) -> Outcome:
            sender = HttpWebhookSender(HERE, trust=trust, resolve=lambda *_: ["127.0.0.1"])
            return sender.send(f"https://{host}:{receiver.port}/", {}, b"{}")

        assert send("hook.example", trust).is_success
        assert receiver.received[0].headers["host"] == f"hook.example:{receiver.port}"
        assert asked == ["hook.example"]
        assert send("other.example", trust).failure is Failure.TLS
        assert send("hook.example", None).failure is Failure.TLS
        assert len(receiver.received) == 1


def test_a_server_that_speaks_no_tls_fails(receiver: Receiver) -> None:
    """Nothing is sent to it in the clear."""
    url = receiver.url.replace("http:", "https:")
    outcome = HttpWebhookSender(HERE, patience=BRIEF).send(url, {}, b"{}")
    assert outcome.failure in {Failure.TLS, Failure.TIMEOUT}
    assert receiver.received == []
