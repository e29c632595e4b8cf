"""POSTs to the URLs of tenants, over HTTP/1.1."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

import httpcore2
from attrs import frozen

from booking_adapters.webhooks.network import (
    Deadline,
    ForbiddenAddress,
    Network,
    NoTls,
    Resolve,
    UnknownHost,
    look_up,
)
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.webhook.outcome import Failure, Outcome
from booking_core.domain.webhook.reach import PUBLIC, Endpoint, Reach
from booking_core.ports.webhook_sender import WebhookSender

USER_AGENT = "booking-webhooks/1"
RETRY_AFTER_DIGITS = 6
ANSWER_BYTES_MAX = 4096
_WRONG = (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException)


@frozen(kw_only=True)
class Patience:
    """`total` is for all of it, however steadily little comes; the others are for each wait.

    After its status, an answer is listened to for `rest` at most, out of politeness.
    """

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 20.0
    rest_seconds: float = 1.0


class HttpWebhookSender(WebhookSender):
    """A connection per attempt: what one tenant's server says is never read by another's.

    Nothing of the environment (proxies, certificates, logins) has a say, and no cookie is kept.
    """

    def __init__(
        self,
        reach: Reach = PUBLIC,
        *,
        patience: Patience | None = None,
        trust: ssl.SSLContext | None = None,
        resolve: Resolve = look_up,
    ) -> None:
        self._reach = reach
        self._patience = patience or Patience()
        self._trust = trust or ssl.create_default_context()
        self._resolve = resolve

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        began = time.monotonic()
        try:
            status, retry_after = self._post(self._reach.check(url), headers, body)
        except InvalidInput:
            return _failed(Failure.REFUSED_URL, began)
        except ForbiddenAddress:
            return _failed(Failure.FORBIDDEN_ADDRESS, began)
        except UnknownHost:
            return _failed(Failure.UNKNOWN_HOST, began)
        except httpcore2.TimeoutException:
            return _failed(Failure.TIMEOUT, began)
        except NoTls:
            return _failed(Failure.TLS, began)
        except httpcore2.ConnectError:
            return _failed(Failure.CANNOT_CONNECT, began)
        except (httpcore2.NetworkError, httpcore2.ProtocolError):
            return _failed(Failure.BROKEN, began)
        return Outcome(took=_since(began), status=status, retry_after=retry_after)

    def close(self) -> None:
        """Nothing is held open between attempts."""

    def _post(
        self, endpoint: Endpoint, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, timedelta | None]:
        deadline = Deadline(self._patience.total_seconds)
        pool = httpcore2.ConnectionPool(
            ssl_context=self._trust,
            max_connections=1,
            max_keepalive_connections=0,
            network_backend=Network(self._reach, deadline, self._resolve),
        )
        url = httpcore2.URL(
            scheme=endpoint.scheme, host=endpoint.host, port=endpoint.port, target=endpoint.target
        )
        sent = {
            "host": endpoint.authority,
            "user-agent": USER_AGENT,
            "accept": "*/*",
            "connection": "close",
        }
        patience = {
            "connect": self._patience.connect_seconds,
            "read": self._patience.read_seconds,
            "write": self._patience.read_seconds,
        }
        with (
            pool,
            pool.stream(
                "POST",
                url,
                headers=[*sent.items(), *headers.items()],
                content=body,
                extensions={"timeout": patience},
            ) as answer,
        ):
            self._listen(answer, deadline)
            return answer.status, _retry_after(answer)

    def _listen(self, answer: httpcore2.Response, deadline: Deadline) -> None:
        """Take a little of what it says, and throw it away: its status has told all."""
        deadline.shorten(self._patience.rest_seconds)
        heard = 0
        with suppress(*_WRONG):
            for part in answer.iter_stream():
                heard += len(part)
                if heard >= ANSWER_BYTES_MAX:
                    return


def _failed(why: Failure, began: float) -> Outcome:
    return Outcome(took=_since(began), failure=why)


def _since(began: float) -> timedelta:
    return timedelta(seconds=time.monotonic() - began)


def _retry_after(answer: httpcore2.Response) -> timedelta | None:
    for name, value in answer.headers:
        if name.lower() == b"retry-after":
            if value.isdigit() and len(value) <= RETRY_AFTER_DIGITS:
                return timedelta(seconds=int(value))
            return None
    return None
