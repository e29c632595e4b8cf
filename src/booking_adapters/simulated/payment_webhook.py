"""The simulated provider's webhook: its callbacks, signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from booking_adapters.simulated.callback_json import decoded, encoded
from booking_adapters.simulated.signature import seconds_since_1970, sign, verify
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.ports.clock import Clock
from booking_core.ports.payment_webhook import Callback, PaymentWebhook

SIGNATURE = "simulated-signature"
SECRET_LENGTH_MIN = 32


class SimulatedWebhook(PaymentWebhook):
    """Two secrets may be active at once, so that they can be changed: the first one signs."""

    name = "simulated"

    def __init__(self, clock: Clock, *, secrets: Sequence[str]) -> None:
        """Raise InvalidInput unless there are one or two secrets of at least 32 characters."""
        if not 1 <= len(secrets) <= 2 or min(map(len, secrets)) < SECRET_LENGTH_MIN:
            raise InvalidInput("secrets", f"one or two of at least {SECRET_LENGTH_MIN} characters")
        self._clock = clock
        self._secrets = tuple(secret.encode() for secret in secrets)

    def callbacks(self, headers: Mapping[str, str], body: bytes) -> Sequence[Callback]:
        verify(headers.get(SIGNATURE), body, secrets=self._secrets, now=self._clock.now())
        return (decoded(body),)

    def signed(self, callback: Callback) -> tuple[Mapping[str, str], bytes]:
        """The headers and the body of a request that tells of it, as of now."""
        body = encoded(callback)
        timestamp = seconds_since_1970(self._clock.now())
        headers = {
            "content-type": "application/json",
            SIGNATURE: sign(self._secrets[0], timestamp, body),
        }
        return headers, body
