"""Ports that nobody listens on."""

from __future__ import annotations

import random
import socket

FIRST, LAST = 20_000, 32_000  # Below those that systems give to clients: none takes it meanwhile.
TRIES_MAX = 100


def free_port() -> int:
    """A port of the loopback."""
    for _ in range(TRIES_MAX):
        port = random.randint(FIRST, LAST)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port")
