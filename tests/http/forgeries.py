"""Tokens that must open nothing, each by its own trick."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import jwt

from tests.http.site import ACME, TOKENS

assert TOKENS.secret is not None
SECRET = TOKENS.secret.reveal()
NOW = int(time.time())
GOOD: dict[str, Any] = {
    "iss": TOKENS.issuer,
    "aud": TOKENS.audience,
    "sub": "ann",
    "tenant": ACME,
    "roles": ["customer"],
    "iat": NOW,
    "exp": NOW + 3600,
}
HEADER = {"alg": "HS256", "typ": "JWT"}


def part(value: object) -> str:
    """One part of a token, from a value or from raw JSON."""
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def signed(header: object, claims: object, secret: str = SECRET, digest: str = "sha256") -> str:
    """A token with a right signature over whatever it says."""
    told = f"{part(header)}.{part(claims)}"
    signature = hmac.digest(secret.encode(), told.encode(), digest)
    return f"{told}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def saying(**claims: Any) -> str:
    """A good token but for these claims; None leaves one out."""
    told = {name: claim for name, claim in (GOOD | claims).items() if claim is not None}
    return signed(HEADER, told)


def headed(**header: Any) -> str:
    """A good token but for this header."""
    return signed(HEADER | header, GOOD)


def _unsigned(algorithm: str) -> str:
    return f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(GOOD)}."


GOOD_TOKEN = signed(HEADER, GOOD)
TOLD, _, SIGNATURE = GOOD_TOKEN.rpartition(".")
TWICE = json.dumps(GOOD)[:-1] + ', "sub": "bob"}'
HEADER_TWICE = '{"alg": "none", "alg": "HS256", "typ": "JWT"}'
JWK = {"kty": "oct", "k": part("another secret of 32 characters!"), "alg": "HS256"}

FORGERIES: Mapping[str, str] = {
    "nothing": "",
    "a word": "token",
    "two parts": TOLD,
    "four parts": f"{GOOD_TOKEN}.{SIGNATURE}",
    "three dots": "...",
    "not base64": "!!!.???.***",
    "not JSON": signed("{", "}"),
    "a list of claims": signed(HEADER, ["sub", "ann"]),
    "claims that are a text": signed(HEADER, '"ann"'),
    "a token within a token": signed(HEADER, json.dumps(GOOD_TOKEN)),
    "a header that is a list": signed(["HS256"], GOOD),
    "no algorithm": signed({"typ": "JWT"}, GOOD),
    "not signed": f"{TOLD}.",
    "signed by another secret": signed(HEADER, GOOD, secret="x" * 40),
    "signed by no secret": signed(HEADER, GOOD, secret=""),
    "half a signature": f"{TOLD}.{SIGNATURE[:20]}",
    "another token's signature": f"{TOLD}.{saying(sub='bob').rpartition('.')[2]}",
    "other claims under the signature": f"{part(HEADER)}.{part(GOOD | {'sub': 'bob'})}.{SIGNATURE}",
    **{f"algorithm {name}": _unsigned(name) for name in ("none", "None", "NONE", "nOnE", "")},
    "none with a signature": signed({"alg": "none"}, GOOD),
    "another hash of the right secret": signed(HEADER | {"alg": "HS512"}, GOOD, digest="sha512"),
    "HS384": jwt.encode(GOOD, SECRET * 2, algorithm="HS384"),
    "algorithm in small letters": headed(alg="hs256"),
    "algorithm RS256 with a MAC": headed(alg="RS256"),
    "algorithm that is a number": headed(alg=256),
    "another type": headed(typ="logout+jwt"),
    "a type that is a number": headed(typ=1),
    "something critical": headed(crit=["b64"], b64=False),
    "critical and unknown": headed(crit=["tenant"], tenant=ACME),
    "nothing critical": headed(crit=[]),
    "a name of a key that is a number": headed(kid=1),
    "a name of a key that is a list": headed(kid=["a"]),
    "a key of its own": signed(
        HEADER | {"jwk": JWK}, GOOD, secret="another secret of 32 characters!"
    ),
    "a key from a file": signed(HEADER | {"kid": "../../../../dev/null"}, GOOD, secret=""),
    "a key by SQL": signed(HEADER | {"kid": "' UNION SELECT 'x'"}, GOOD, secret="x"),
    "keys from elsewhere": signed(
        HEADER | {"jku": "http://127.0.0.1:9/keys", "x5u": "http://127.0.0.1:9/x"}, GOOD, secret="x"
    ),
    "a key given twice in the claims": signed(HEADER, TWICE),
    "a key given twice in the header": signed(HEADER_TWICE, GOOD),
    "expired": saying(exp=NOW - 60),
    "expired long ago": saying(exp=0),
    "expired before there was time": saying(exp=-1),
    "no expiry": saying(exp=None),
    "an expiry with a fraction": saying(exp=NOW + 3600.5),
    "an expiry that is a text": saying(exp=str(NOW + 3600)),
    "an expiry that is true": saying(exp=True),
    "an infinite expiry": signed(HEADER, json.dumps(GOOD | {"exp": float("inf")})),
    "not yet": saying(nbf=NOW + 86_400),  # Made when the tests are collected, tried much later.
    "not before a text": saying(nbf="now"),
    "issued tomorrow": saying(iat=NOW + 86_400),
    "issued at a text": saying(iat="now"),
    "no issuer": saying(iss=None),
    "another issuer": saying(iss="https://evil.example/"),
    "a list of issuers": saying(iss=[TOKENS.issuer]),
    "an issuer that ours begins": saying(iss=TOKENS.issuer + ".evil"),
    "no audience": saying(aud=None),
    "another audience": saying(aud="another-service"),
    "no audience in a list": saying(aud=[]),
    "other audiences": saying(aud=["another-service", "a-third"]),
    "an audience that is a number": saying(aud=1),
    "nobody": saying(sub=None),
    "an empty name": saying(sub=""),
    "a name that is a number": saying(sub=7),
    "a name with a blank": saying(sub="ann boleyn"),
    "a name with a line feed": saying(sub="ann\n"),
    "a name with NUL": saying(sub="ann\u0000"),
    "a name that is too long": saying(sub="a" * 129),
    "no tenant": saying(tenant=None),
    "an empty tenant": saying(tenant=""),
    "a tenant that is a list": saying(tenant=[ACME]),
    "a tenant with a slash": saying(tenant="acme/globex"),
    "no roles": saying(roles=None),
    "none of our roles": saying(roles=["emperor"]),
    "an empty list of roles": saying(roles=[]),
    "a role that is no list": saying(roles="admin"),
    "roles that are numbers": saying(roles=[1]),
    "too long": saying(more="x" * 9000),
    "deep claims": signed(HEADER, '{"a":' + "[" * 60 + "]" * 60 + "}"),
    "very deep claims": signed(HEADER, '{"a":' + "[" * 3000),
}
