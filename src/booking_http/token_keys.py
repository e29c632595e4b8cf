"""The keys that tokens are checked with: pinned in the settings, or published by the issuer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import jwt
from jwt import PyJWK, PyJWKClient

from booking_adapters.environment import InvalidSetting
from booking_adapters.settings import TokenSettings
from booking_core.domain.kernel.errors import Busy, Unauthenticated

FETCH_TIMEOUT_SECONDS = 3
KEYS_LIFESPAN_SECONDS = 300

Key: TypeAlias = "str | PyJWK"


@dataclass(frozen=True, slots=True)
class TokenKeys:
    """One pinned key, whatever a token calls it; or those of a JWKS address, by their name."""

    pinned: str | None = None
    published: PyJWKClient | None = field(default=None, repr=False)

    @property
    def may_block(self) -> bool:
        """Whether finding a key may fetch it over the network."""
        return self.published is not None

    def find(self, key_id: str | None) -> Key:
        """The key, or Unauthenticated, or Busy while the issuer cannot be reached.

        An unknown name makes the client fetch at most once in half a minute.
        """
        if self.pinned is not None:
            return self.pinned
        assert self.published is not None  # token_keys() sees to it.
        if key_id is None:
            raise Unauthenticated("the token does not name its key")
        try:
            return self.published.get_signing_key(key_id)
        except jwt.PyJWKClientConnectionError:
            raise Busy("the keys of the issuer cannot be fetched") from None
        except jwt.PyJWKClientError:
            raise Unauthenticated("the token's key is not known") from None


def token_keys(settings: TokenSettings) -> TokenKeys:
    """The keys of the settings, or InvalidSetting: no service starts that cannot judge tokens."""
    if not settings.issuer or not settings.audience:
        raise InvalidSetting("BOOKING_TOKEN_ISSUER", "an issuer and an audience", "nothing")
    if settings.algorithm == "HS256":
        if settings.secret is None:
            raise InvalidSetting("BOOKING_TOKEN_SECRET", "32 characters or more", "nothing")
        return TokenKeys(pinned=settings.secret.reveal())
    if settings.public_key is not None:
        return TokenKeys(pinned=settings.public_key)
    if settings.jwks_url is None:
        expected = f"a public key for {settings.algorithm}, or BOOKING_TOKEN_JWKS_URL"
        raise InvalidSetting("BOOKING_TOKEN_PUBLIC_KEY", expected, "nothing")
    client = PyJWKClient(
        settings.jwks_url,
        cache_keys=True,
        lifespan=KEYS_LIFESPAN_SECONDS,
        timeout=FETCH_TIMEOUT_SECONDS,
    )
    return TokenKeys(published=client)
