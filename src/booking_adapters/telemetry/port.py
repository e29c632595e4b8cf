"""A port for those who run the service: `/metrics` and `/health`, and nothing else.

Apart from the one that the world reaches, so that no rule of a proxy decides who sees it.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterable, Mapping
from socketserver import ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeAlias
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from booking_adapters.environment import InvalidSetting
from booking_adapters.health import Health, Status, whole
from booking_adapters.telemetry.settings import PORT_NAME

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

IO_SECONDS = 5.0

Environ: TypeAlias = "dict[str, Any]"


class WatchPort:
    """Serves in a thread of its own from when it is opened; port 0 takes a free one."""

    def __init__(self, host: str, port: int, metrics: WSGIApplication, health: Health) -> None:
        """Listen there, or InvalidSetting."""
        routes = {"/metrics": metrics, "/health": _health(health)}
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # The class holds the family, and nothing else can be told to it.
        server: type[_Server] = type("Server", (_Server,), {"address_family": family})
        try:
            self._server: _Server = make_server(host, port, _routed(routes), server, _Quiet)
        except OSError as error:
            expected = f"a port that is free on {host}"
            raise InvalidSetting(PORT_NAME, expected, error.strerror or str(error)) from error
        self.port: int = self._server.server_port
        self._thread = Thread(target=self._server.serve_forever, name="watch-port", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening; an answer in hand may be cut."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Without asking the network what the host is called."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        host, self.server_port = self.server_address[:2]
        self.server_name = str(host)
        self.setup_environ()

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked has gone: nobody minds."""


class _Quiet(WSGIRequestHandler):
    timeout = IO_SECONDS  # Whoever connects and says nothing holds a thread no longer.

    def log_message(self, format: str, *args: object) -> None:
        """A scrape every few seconds is no news."""


def _routed(routes: Mapping[str, WSGIApplication]) -> WSGIApplication:
    def application(environ: Environ, start: StartResponse) -> Iterable[bytes]:
        app = routes.get(environ.get("PATH_INFO", ""))
        if app is None:
            return _told(start, "404 Not Found", {"paths": sorted(routes)})
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return _told(start, "405 Method Not Allowed", {"allowed": ["GET"]})
        return app(environ, start)

    return application


def _health(health: Health) -> Callable[[Environ, StartResponse], Iterable[bytes]]:
    def application(environ: Environ, start: StartResponse) -> Iterable[bytes]:
        parts = health.look()
        status = whole(parts)
        shown = {name: {"status": part.status, **part.detail} for name, part in parts.items()}
        code = "503 Service Unavailable" if status is Status.DOWN else "200 OK"
        return _told(start, code, {"status": status, "components": shown})

    return application


def _told(start: StartResponse, status: str, told: object) -> Iterable[bytes]:
    body = json.dumps(told).encode() + b"\n"
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
    ]
    start(status, headers)
    return [body]
