"""Redis, for as long as the campaign lasts, set up as the engine asks for."""

from __future__ import annotations

import shutil
from pathlib import Path

import redis

from campaign.servers.child import Child
from campaign.servers.ports import free_port
from campaign.servers.server import CannotRun, Server


class Redis(Server):
    """Everything it has answered is in its file, whatever kills it but a power cut."""

    name = "redis"

    def __init__(self, folder: Path) -> None:
        data = folder / "redis"
        data.mkdir()
        program = shutil.which("redis-server")
        if program is None:
            raise CannotRun("Redis's redis-server is not installed")
        self.port = free_port()
        options = {
            "--port": str(self.port),
            "--bind": "127.0.0.1",
            "--dir": str(data),
            "--save": "",
            "--appendonly": "yes",
            "--maxmemory-policy": "noeviction",
        }
        words = [word for option in options.items() for word in option]
        self.child = Child([program, *words], folder / "redis.log")

    def url(self, port: int | None = None) -> str:
        return f"redis://127.0.0.1:{port or self.port}/0"

    def is_ready(self) -> bool:
        with redis.Redis.from_url(self.url(), socket_timeout=2) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False
