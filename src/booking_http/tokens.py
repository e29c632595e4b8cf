"""Bearer tokens: minting them for development, and judging them."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import jwt
import msgspec

from booking_adapters.environment import InvalidSetting
from booking_adapters.settings import TokenSettings
from booking_core.application.caller import Caller, Role
from booking_core.domain.kernel.errors import BookingError, Busy, InvalidInput, Unauthenticated
from booking_core.domain.kernel.ids import DEFAULT_TENANT, TenantId, named
from booking_http.strict_json import read_json
from booking_http.token_keys import TokenKeys

LEEWAY_SECONDS = 30
LIFETIME = timedelta(hours=1)
TOKEN_CHARACTERS_MAX = 8192
TYPES = {"jwt", "at+jwt", "application/at+jwt"}


class Claims(msgspec.Struct, frozen=True):
    """What a token has to say, with these very types; more may be in it."""

    sub: str
    tenant: str
    roles: list[str]
    exp: int
    nbf: int | None = None
    iat: int | None = None


# Made before any thread can ask: two that make it at once crash the interpreter (msgspec 0.22).
CLAIMS = msgspec.json.Decoder(Claims)


def mint(
    settings: TokenSettings,
    subject: str,
    roles: Iterable[Role],
    tenant: str = DEFAULT_TENANT,
    lifetime: timedelta = LIFETIME,
) -> str:
    """A token for development, signed with the shared secret; InvalidSetting if there is none."""
    if settings.algorithm != "HS256" or settings.secret is None:
        expected = "a secret of our own: tokens of an outside issuer are minted there"
        raise InvalidSetting("BOOKING_TOKEN_SECRET", expected, "none")
    now = datetime.now(UTC)
    claims = {
        "iss": settings.issuer,
        "aud": settings.audience,
        "sub": named("subject", subject),
        "tenant": named("tenant", tenant),
        "roles": sorted(role.value for role in roles),
        "iat": now,
        "exp": now + lifetime,
    }
    return jwt.encode(claims, settings.secret.reveal(), algorithm=settings.algorithm)


def judge(token: str, settings: TokenSettings, keys: TokenKeys) -> tuple[Caller, int]:
    """Whose token it is and until when it is good (Unix seconds), or Unauthenticated.

    The algorithm is the key's, never the token's. A key that has to be fetched makes this block.
    """
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise Unauthenticated("the token is too long")
    try:
        key = keys.find(_key_id(token))
        jwt.decode(
            token,
            key,
            algorithms=[settings.algorithm],
            issuer=settings.issuer,
            audience=settings.audience,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iss", "aud", "sub"], "strict_aud": False},
        )
        claims = msgspec.convert(_part(token, 1), Claims)
        return _caller(claims), claims.exp
    except (Unauthenticated, Busy):
        raise
    except jwt.ExpiredSignatureError:
        raise Unauthenticated("the token has expired") from None
    except (jwt.PyJWTError, msgspec.ValidationError, BookingError, ValueError):
        raise Unauthenticated("the token is not good here") from None


def _key_id(token: str) -> str | None:
    """The name of the key in the token's header, which is read as strictly as a body."""
    header = _part(token, 0)
    if not isinstance(header, dict) or "crit" in header:
        raise Unauthenticated("the token is not good here")
    if str(header.get("typ", "JWT")).casefold() not in TYPES:
        raise Unauthenticated("the token is of another type")
    key_id = header.get("kid")
    if key_id is not None and not isinstance(key_id, str):
        raise Unauthenticated("the token is not good here")
    return key_id


def _part(token: str, number: int) -> object:
    parts = token.split(".")
    if len(parts) != 3:
        raise Unauthenticated("a token has three parts")
    padded = parts[number] + "=" * (-len(parts[number]) % 4)
    return read_json(urlsafe_b64decode(padded.encode("ascii")))


def _caller(claims: Claims) -> Caller:
    known = frozenset(Role(name) for name in claims.roles if name in set(Role))
    if not known:
        raise InvalidInput("roles", "a role that is known here")
    tenant_id = TenantId(named("tenant", claims.tenant))
    return Caller(id=named("sub", claims.sub), roles=known, tenant_id=tenant_id)
