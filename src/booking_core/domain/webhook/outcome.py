"""How one attempt to deliver ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

GONE = 410


class Failure(StrEnum):
    """Why there is no answer."""

    UNKNOWN_HOST = "unknown-host"
    FORBIDDEN_ADDRESS = "forbidden-address"  # The host's name leads to one that is not public.
    CANNOT_CONNECT = "cannot-connect"
    TLS = "tls"  # No encryption, or a certificate that is not good for that host.
    TIMEOUT = "timeout"
    BROKEN = "broken"  # It hung up, or spoke no HTTP.
    REFUSED_URL = "refused-url"  # By today's settings nothing is sent to such a URL.
    INTERRUPTED = "interrupted"  # Whoever made the attempts died over each of them.
    DISABLED = "disabled"  # Nothing was sent, because the webhook had been disabled meanwhile.


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Either the status of an answer, or why there was none."""

    took: timedelta
    status: int | None = None
    failure: Failure | None = None
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        """Only 2xx: a redirect is followed by nobody."""
        return self.status is not None and 200 <= self.status <= 299

    @property
    def is_final(self) -> bool:
        """Whether it makes no sense to ask again."""
        return self.status == GONE or self.failure is Failure.DISABLED
