"""What a webhook's messages are signed with, and how: Standard Webhooks 1.0, symmetric."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

KEY_BYTES = 32
PREFIX = "whsec_"
BOTH_FOR = timedelta(hours=24)  # As long as an old secret signs beside the new one.


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SigningSecret:
    """`text` is as its owner gets it. `until` is None for the newest one.

    `made_by` names the request that made it, so that the same request makes it once.
    """

    text: str
    until: datetime | None = None
    made_by: str | None = None

    def sign(self, id: str, timestamp: int, body: bytes) -> str:
        """One signature, with the name of its scheme."""
        key = b64decode(self.text.removeprefix(PREFIX))
        signed = f"{id}.{timestamp}.".encode() + body
        return "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()

    def __repr__(self) -> str:
        return f"SigningSecret(***, until={self.until})"


def secret_from(random_bits: int) -> str:
    """A secret as its owner gets it."""
    return PREFIX + b64encode(random_bits.to_bytes(KEY_BYTES)).decode()


def signed_headers(
    secrets: Iterable[SigningSecret], id: str, at: datetime, body: bytes
) -> Mapping[str, str]:
    """The three headers; `id` is the same however often it is sent, the time is the attempt's."""
    timestamp = int(at.timestamp())
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(secret.sign(id, timestamp, body) for secret in secrets),
    }
