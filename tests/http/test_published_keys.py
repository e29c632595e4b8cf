"""Keys that an outside issuer publishes: found by name, fetched seldom, changed at any time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.settings import TokenSettings
from tests.http.forgeries import GOOD, HEADER, signed
from tests.http.site import Site

OLD, NEW = (rsa.generate_private_key(65537, 2048) for _ in range(2))


@dataclass
class Issuer:
    """Publishes keys, and counts how often somebody asks for them."""

    keys: dict[str, rsa.RSAPrivateKey] = field(default_factory=lambda: {"old": OLD})
    asked: int = 0
    server: ThreadingHTTPServer = field(init=False)

    def __post_init__(self) -> None:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked += 1
                body = json.dumps({"keys": issuer.published()}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def published(self) -> list[dict[str, Any]]:
        """The public halves, by name."""
        return [
            RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": name, "alg": "RS256"}
            for name, key in self.keys.items()
        ]


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An issuer on a port of its own."""
    issuer = Issuer()
    thread = Thread(target=issuer.server.serve_forever)
    thread.start()
    yield issuer
    issuer.server.shutdown()
    thread.join()
    issuer.server.server_close()


@pytest.fixture
def site(issuer: Issuer) -> Iterator[Site]:
    """A service that trusts that issuer."""
    port = issuer.server.server_address[1]
    tokens = TokenSettings(algorithm="RS256", jwks_url=f"http://127.0.0.1:{port}/keys")
    site = Site(MemoryStorage(), tokens=tokens)
    with site.client:
        yield site


def status(site: Site, token: str) -> int:
    """What comes of asking for one's bookings with that token."""
    return site.client.get("/bookings", headers={"authorization": f"Bearer {token}"}).status_code


def minted(key: rsa.RSAPrivateKey, kid: str | None, **claims: Any) -> str:
    """The issuer's token."""
    headers = None if kid is None else {"kid": kid}
    return jwt.encode(GOOD | claims, key, algorithm="RS256", headers=headers)


def test_a_key_is_found_by_its_name_and_fetched_once(site: Site, issuer: Issuer) -> None:
    """Many tokens of one key cost one question."""
    for number in range(5):
        assert status(site, minted(OLD, "old", jti=str(number))) == 200
    assert issuer.asked == 1


def test_a_key_that_is_new_is_fetched(site: Site, issuer: Issuer) -> None:
    """An issuer may change its key while we run."""
    assert status(site, minted(NEW, "new")) == 401
    issuer.keys = {"new": NEW}
    other = Site(MemoryStorage(), tokens=site.tokens)
    with other.client:
        assert status(other, minted(NEW, "new")) == 200


def test_unknown_names_do_not_make_us_ask_each_time(site: Site, issuer: Issuer) -> None:
    """A flood of invented names is not passed on to the issuer."""
    for number in range(20):
        assert status(site, minted(NEW, f"invented-{number}")) == 401
    assert issuer.asked <= 2


def test_neither_another_key_nor_no_name_nor_a_mac_is_good(site: Site) -> None:
    """The name picks the key, and the key picks the algorithm."""
    for token in (
        minted(NEW, "old"),
        minted(OLD, None),
        signed(
            HEADER | {"kid": "old"}, GOOD, secret=json.dumps(RSAAlgorithm.to_jwk(OLD.public_key()))
        ),
        jwt.encode(GOOD, OLD, algorithm="PS256", headers={"kid": "old"}),
    ):
        assert status(site, token) == 401


def test_while_the_issuer_is_away_nothing_is_judged() -> None:
    """Nobody is refused for good, and nobody let in: the request may be repeated."""
    tokens = TokenSettings(algorithm="RS256", jwks_url="http://127.0.0.1:9/keys")
    site = Site(MemoryStorage(), tokens=tokens)
    with site.client:
        answer = site.client.get(
            "/bookings", headers={"authorization": f"Bearer {minted(OLD, 'old')}"}
        )
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
