"""RabbitMQ, for as long as the campaign lasts: a node that knows no other."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import amqp

from campaign.servers.child import Child
from campaign.servers.ports import free_port
from campaign.servers.server import CannotRun, Server

# On Debian the one on the PATH changes to a user and a folder of its own.
SCRIPTS = (Path("/usr/lib/rabbitmq/bin/rabbitmq-server"),)


class RabbitMq(Server):
    """The script makes room for the Erlang machine itself, which is what a kill hits."""

    name = "rabbitmq"

    def __init__(self, folder: Path) -> None:
        home = folder / "rabbitmq"
        home.mkdir()
        (home / "plugins").write_text("[].\n")
        self.port = free_port()
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),  # The cookie is made there.
            "RABBITMQ_NODENAME": f"campaign-{uuid4().hex}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_PID_FILE": str(home / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(home / "none"),
            "RABBITMQ_CONF_ENV_FILE": str(home / "none"),
            "RABBITMQ_ALLOW_INPUT": "1",  # Or a shell stands between, to pass on signals.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-noinput",
            "ERL_CRASH_DUMP_SECONDS": "0",
        }
        self.child = Child([_script()], folder / "rabbitmq.log", env=env)

    def url(self, port: int | None = None) -> str:
        return f"amqp://guest:guest@127.0.0.1:{port or self.port}//"

    def is_ready(self) -> bool:
        connection = amqp.Connection(
            f"127.0.0.1:{self.port}", connect_timeout=2, read_timeout=2, write_timeout=2
        )
        try:
            connection.connect()
        except (OSError, amqp.AMQPError):
            return False
        with suppress(OSError, amqp.AMQPError):
            connection.close()
        return True


def _script() -> str:
    for script in SCRIPTS:
        if script.exists():
            return str(script)
    found = shutil.which("rabbitmq-server")
    if found is None:
        raise CannotRun("RabbitMQ's rabbitmq-server is not installed")
    return found
