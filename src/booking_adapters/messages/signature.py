"""Signed messages: HMAC-SHA256 over the body's very bytes, in a header with the key's name.

A message that is sent again bears the same signature: that it has one effect is the inbox's work.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from booking_adapters.messages.codec import Codec
from booking_adapters.secret import Secret
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.incoming import Incoming, UntrustedMessage
from booking_core.ports.publisher import Message

SIGNATURE: Final = "booking-signature"
SECRET_BYTES_LEAST: Final = 32
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HEADER = re.compile(r"key=([A-Za-z0-9_-]{1,64}),v1=([0-9a-f]{64})")


@frozen(kw_only=True)
class Signing:
    """Secrets by the names of their keys; `signs_with` names the one for what we send.

    Several at once make a change of keys possible: first all learn the new one, then it is used.
    """

    secrets: Mapping[str, Secret] = field()
    signs_with: str = field()

    @secrets.validator
    def _strong(self, _: object, secrets: Mapping[str, Secret]) -> None:
        for key_id, secret in secrets.items():
            if not _KEY_ID.fullmatch(key_id):
                raise InvalidInput("key", "1 to 64 letters, digits, _ or -")
            if len(secret.reveal().encode()) < SECRET_BYTES_LEAST:
                raise InvalidInput(key_id, f"a secret of at least {SECRET_BYTES_LEAST} bytes")

    @signs_with.validator
    def _known(self, _: object, key_id: str) -> None:
        if key_id not in self.secrets:
            raise InvalidInput("signs_with", "the name of one of the keys")

    def sign(self, body: bytes) -> str:
        """The header's value."""
        return f"key={self.signs_with},v1={self._digest(self.signs_with, body)}"

    def verify(self, header: str | None, body: bytes) -> None:
        """UntrustedMessage unless a key of ours signed exactly these bytes."""
        if header is None:
            raise UntrustedMessage("missing")
        told = _HEADER.fullmatch(header)
        if told is None:
            raise UntrustedMessage("malformed")
        if told[1] not in self.secrets:
            raise UntrustedMessage("of an unknown key")
        if not hmac.compare_digest(told[2], self._digest(told[1], body)):
            raise UntrustedMessage("wrong")

    def _digest(self, key_id: str, body: bytes) -> str:
        return hmac.digest(self.secrets[key_id].reveal().encode(), body, "sha256").hex()


@frozen
class SignedCodec:
    """Any format, signed on the way out, and on the way in trusted before it is looked at."""

    codec: Codec
    signing: Signing

    def encode(self, event: DomainEvent) -> Message | None:
        """The event as a signed message, or None if the format has no word for it."""
        message = self.codec.encode(event)
        if message is None:
            return None
        headers = {**message.headers, SIGNATURE: self.signing.sign(message.body)}
        return Message(key=message.key, topic=message.topic, body=message.body, headers=headers)

    def decode(self, message: Message) -> Incoming:
        """What the message tells, if it is one of ours."""
        self.signing.verify(message.headers.get(SIGNATURE), message.body)
        return self.codec.decode(message)
