"""`make campaign`: all campaigns in full, on databases of their own."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg

ATTEMPTS, KILLS = "500000", "200"


@contextmanager
def database(server: str) -> Iterator[str]:
    """The URL of an empty database on that server; it is dropped in the end."""
    name = f"booking_campaign_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    yield f"{server.rpartition('/')[0]}/{name}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def main() -> int:
    """Run one after the other; fail if any of them finds a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="postgresql://postgres@127.0.0.1:5432/postgres")
    options = parser.parse_args()
    failed = 0
    with database(options.server) as url:
        failed += _run("race", "--database", url, "--attempts", ATTEMPTS)
    with database(options.server) as url:
        failed += _run("poison", "--database", url)
    with database(options.server) as url:
        failed += _run("kill", "--database", url, "--kills", KILLS)
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'campaign.db'}"
        failed += _run("kill", "--database", url, "--kills", KILLS)
    return 1 if failed else 0


def _run(campaign: str, *arguments: str) -> int:
    print(f"campaign.{campaign} {' '.join(arguments)}", flush=True)
    command = [sys.executable, "-m", f"campaign.{campaign}", *arguments]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
