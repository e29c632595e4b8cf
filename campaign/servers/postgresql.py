"""PostgreSQL, for as long as the campaign lasts."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import psycopg

from campaign.servers.child import Child
from campaign.servers.ports import free_port
from campaign.servers.server import CannotRun, Server

OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "logging_collector": "off",
}


class PostgreSql(Server):
    """Durable as it comes: what it has committed is there after a SIGKILL."""

    name = "postgresql"

    def __init__(self, folder: Path) -> None:
        programs = _programs()
        data = folder / "postgresql"
        data.mkdir()
        user = "postgres" if os.geteuid() == 0 else None  # It refuses to run as root.
        if user is not None:
            shutil.chown(data, user, user)
        subprocess.run(
            [
                *(str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust"),
                *("-E", "UTF8", "--locale=C", "--no-sync"),
            ],
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            cwd=data,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        self.port = free_port()
        options = OPTIONS | {"port": str(self.port)}
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self.child = Child(
            [str(programs / "postgres"), "-D", str(data), *settings],
            folder / "postgresql.log",
            user=user,
        )

    def url(self, port: int | None = None) -> str:
        return f"postgresql://postgres@127.0.0.1:{port or self.port}/postgres"

    def is_ready(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def _programs() -> Path:
    """The folder of the newest version that is installed."""
    folders = [Path(found).parent for found in (shutil.which("postgres"),) if found]
    folders += sorted(
        (found.parent for found in Path("/usr/lib/postgresql").glob("*/bin/postgres")),
        key=lambda folder: float(folder.parent.name),
        reverse=True,
    )
    for folder in folders:
        if (folder / "initdb").exists():
            return folder
    raise CannotRun("PostgreSQL's postgres and initdb are not installed")
