"""Which tokens are good, and which are not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from booking_adapters.environment import InvalidSetting
from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.settings import TokenSettings
from booking_core.application.caller import Role
from booking_core.domain.kernel.errors import Unauthenticated
from booking_http.app import create_app
from booking_http.auth import Authentication
from booking_http.tokens import mint
from tests.http.forgeries import FORGERIES, GOOD, GOOD_TOKEN, HEADER, headed, saying, signed
from tests.http.site import TOKENS, Site

TOWN = Site(MemoryStorage())
RSA, OTHER_RSA = (rsa.generate_private_key(65537, 2048) for _ in range(2))
PUBLIC_PEM = (
    RSA.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)


@pytest.fixture(scope="module", autouse=True)
def _served() -> Iterator[None]:
    with TOWN.client:
        yield


def status(token: str, *, scheme: str = "Bearer", site: Site = TOWN) -> int:
    """What comes of asking for one's bookings with that token."""
    headers = {"authorization": f"{scheme} {token}".encode()}
    return site.client.get("/bookings", headers=headers).status_code


@pytest.mark.parametrize("token", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_token_opens_nothing(token: str) -> None:
    """Whatever is wrong with it, the answer is the same 401."""
    assert status(token) == 401


@pytest.mark.parametrize(
    "token",
    [
        GOOD_TOKEN,
        headed(typ="at+jwt"),
        headed(kid="whatever the issuer calls it"),
        saying(aud=["another-service", TOKENS.audience]),
        saying(roles=["emperor", "customer"]),
        saying(nbf=GOOD["iat"], more={"than": ["we", "know"]}),
        saying(exp=10**400),
    ],
    ids=[
        "as minted",
        "of the type that RFC 9068 names",
        "with the name of a key",
        "for several audiences",
        "with a role that is not ours too",
        "with more claims",
        "for longer than anybody lives",
    ],
)
def test_a_good_token_opens(token: str) -> None:
    """What the corpus refuses is refused for its fault, not because all are."""
    assert status(token) == 200
    assert status(token) == 200  # Remembered, it is as good.


def test_clocks_may_differ_by_a_little() -> None:
    """Ten seconds after its expiry a token is good still."""
    token = mint(TOKENS, "ann", [Role.CUSTOMER], "acme", timedelta(seconds=-10))
    assert status(token) == 200


@pytest.mark.parametrize("scheme", ["Basic", "Token", "Bearer,", "", "Bearer Bearer"])
def test_only_a_bearer_token_is_one(scheme: str) -> None:
    """Another scheme with a good token says nothing."""
    assert status(GOOD_TOKEN, scheme=scheme) == 401


def test_a_token_is_neither_in_the_query_nor_in_a_cookie_nor_there_twice() -> None:
    """One header is the only place, so that addresses and logs never carry a token."""
    assert TOWN.client.get("/bookings", params={"access_token": GOOD_TOKEN}).status_code == 401
    cookie = {"cookie": f"authorization={GOOD_TOKEN}"}
    assert TOWN.client.get("/bookings", headers=cookie).status_code == 401
    twice = [("authorization", f"Bearer {GOOD_TOKEN}")] * 2
    assert TOWN.client.get("/bookings", headers=twice).status_code == 401


@given(place=st.integers(0, len(GOOD_TOKEN) - 2), instead=st.characters(codec="ascii"))
def test_no_change_of_a_token_goes_unnoticed(place: int, instead: str) -> None:
    """Any other character anywhere; but the last one holds two bits that mean nothing."""
    changed = GOOD_TOKEN[:place] + instead + GOOD_TOKEN[place + 1 :]
    if changed != GOOD_TOKEN and instead.isprintable():
        assert status(changed) == 401


def test_a_remembered_token_expires_all_the_same() -> None:
    """Being remembered does not outlive being good."""
    authentication = Authentication(TOKENS)
    good = mint(TOKENS, "eve", [Role.CUSTOMER], "acme", timedelta(seconds=20))
    caller = asyncio.run(authentication(scope(good)))
    remembered, until = authentication._remembered[good]
    assert (caller.id, remembered.id) == ("eve", "eve")
    assert until <= jwt.decode(good, options={"verify_signature": False})["exp"]
    expired = mint(TOKENS, "eve", [Role.CUSTOMER], "acme", timedelta(seconds=-40))
    authentication._remembered[expired] = (caller, 0.0)
    with pytest.raises(Unauthenticated):
        asyncio.run(authentication(scope(expired)))


def scope(token: str) -> Any:
    """As much of a request as authentication looks at."""
    return {"type": "http", "headers": [(b"authorization", f"Bearer {token}".encode())]}


def test_a_public_key_is_no_secret() -> None:
    """Where RS256 is pinned, a MAC made with the public key is refused, as is any other key."""
    site = Site(MemoryStorage(), tokens=TokenSettings(algorithm="RS256", public_key=PUBLIC_PEM))
    good = jwt.encode(GOOD, RSA, algorithm="RS256")
    with site.client:
        assert status(good, site=site) == 200
        for token in (
            signed(HEADER, GOOD, secret=PUBLIC_PEM),
            signed(HEADER | {"alg": "RS256"}, GOOD, secret=PUBLIC_PEM),
            jwt.encode(GOOD, OTHER_RSA, algorithm="RS256"),
            jwt.encode(GOOD, RSA, algorithm="PS256"),
            jwt.encode(GOOD, RSA, algorithm="RS512"),
            jwt.encode(GOOD, ec.generate_private_key(ec.SECP256R1()), algorithm="ES256"),
            GOOD_TOKEN,
        ):
            assert status(token, site=site) == 401


@pytest.mark.parametrize(
    "settings",
    [
        TokenSettings(),
        TokenSettings(issuer="", secret=TOKENS.secret),
        TokenSettings(audience="", secret=TOKENS.secret),
        TokenSettings(algorithm="RS256"),
        TokenSettings(algorithm="ES256", secret=TOKENS.secret),
    ],
    ids=["no key", "no issuer", "no audience", "no public key", "a secret for ES256"],
)
def test_a_service_that_could_not_judge_tokens_does_not_start(settings: TokenSettings) -> None:
    """What is missing is named, before anybody listens."""
    with pytest.raises(InvalidSetting, match="BOOKING_TOKEN_"):
        create_app(TOWN.engine, settings)


def test_only_with_a_secret_of_its_own_it_mints() -> None:
    """Tokens of an outside issuer are made there."""
    with pytest.raises(InvalidSetting, match="BOOKING_TOKEN_SECRET"):
        mint(TokenSettings(algorithm="RS256", public_key=PUBLIC_PEM), "ann", [Role.CUSTOMER])
