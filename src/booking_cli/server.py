"""Answer HTTP requests by uvicorn, in one process or several, until told to stop."""

from __future__ import annotations

import errno
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import ClassVar, NoReturn

import uvicorn
from attrs import evolve
from uvicorn.supervisors import Multiprocess

from booking_adapters.settings import HttpSettings, Settings
from booking_cli.application import application
from booking_cli.logs import logging_config
from booking_cli.preflight import examine
from booking_cli.watch_port import counted_together
from booking_core.domain.kernel.errors import BookingError, Kind

BACKLOG = 2048
HUNG_AFTER_SECONDS = 60  # A worker that is only slow to start must not be taken for a hung one.


@dataclass(eq=False)
class CannotListen(BookingError):
    """Cannot listen on {host}:{port}: {why}"""

    code: ClassVar[str] = "cannot-listen"
    kind: ClassVar[Kind] = Kind.CONFLICT
    host: str
    port: int
    why: str


def serve(settings: Settings, told: Callable[[Settings], None]) -> None:
    """Listen, tell under which settings (with the port that was had), and answer until stopped.

    Raises CannotListen, InvalidSetting or UnsoundSchema before anything is told.
    Stopped by SIGTERM or SIGINT, it finishes what it has begun and exits with 0.
    """
    settings = evolve(settings, telemetry=evolve(settings.telemetry, serves=True))
    http = settings.http
    with listening(http) as listener:
        port = listener.getsockname()[1]
        settings = evolve(settings, http=evolve(http, port=port))
        config = uvicorn.Config(
            partial(application, settings),
            factory=True,
            workers=http.workers,
            log_config=logging_config(settings),
            access_log=False,  # Addresses may carry tokens, and tokens are never logged.
            server_header=False,
            timeout_graceful_shutdown=http.stop_within_seconds,
            timeout_worker_healthcheck=HUNG_AFTER_SECONDS,
        )
        examine(settings)
        signal.signal(signal.SIGTERM, _stopped)
        signal.signal(signal.SIGINT, _stopped)
        if http.workers == 1:
            config.load()  # Before anything is told: it may be refused.
            told(settings)
            uvicorn.Server(config).run(sockets=[listener])
        else:
            with counted_together(settings):
                told(settings)
                Multiprocess(config, sockets=[listener]).run()


def listening(http: HttpSettings) -> socket.socket:
    """A socket that listens there already, so that nobody is told of an address in vain."""
    family = socket.AF_INET6 if ":" in http.host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((http.host, http.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        why = error.strerror or str(error)
        if error.errno == errno.EADDRINUSE:
            why = "another program does; --port 0 takes the next free one"
        raise CannotListen(http.host, http.port, why) from None
    listener.set_inheritable(True)
    return listener


def _stopped(number: int, frame: FrameType | None) -> NoReturn:
    """Uvicorn raises the signal again when it has stopped gracefully: that is a success."""
    raise SystemExit(0)
