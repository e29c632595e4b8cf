"""One customer's line to the service; it gives up after a while, and asks again with its key."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from booking_adapters.secret import Secret
from booking_adapters.settings import TokenSettings
from booking_core.application.caller import Role
from booking_http.tokens import mint

TOKEN_SECRET = "a secret of the campaign's own, long enough for HS256"
TOKENS = TokenSettings(secret=Secret(TOKEN_SECRET))
TIMEOUT_SECONDS = 6.0
# A service lets go of a line that nobody uses for five: whatever is asked at that moment is lost.
IDLE_SECONDS_MOST = 2.0
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said."""

    status: int
    body: Any

    @property
    def is_good(self) -> bool:
        """Done as asked."""
        return 200 <= self.status < 300

    @property
    def is_definite(self) -> bool:
        """Done, or refused for good: not a server that could not do it now."""
        return self.status < 500


class HttpClient:
    """For one thread; connects again after each failure."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
        self._used = time.monotonic()

    def ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer | None:
        """Its answer, or None where nobody knows what has become of it."""
        if time.monotonic() - self._used > IDLE_SECONDS_MOST:
            self._connection.close()
        try:
            self._connection.request(method, path, body, dict(headers))
            response = self._connection.getresponse()
            told = response.read()
            return Answer(response.status, json.loads(told) if told else None)
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return None
        finally:
            self._used = time.monotonic()


def as_customer(name: str, key: str | None = None) -> dict[str, str]:
    """Headers of a request by that customer."""
    headers = JSON | {"Authorization": f"Bearer {mint(TOKENS, name, [Role.CUSTOMER])}"}
    return headers if key is None else headers | {"Idempotency-Key": key}
