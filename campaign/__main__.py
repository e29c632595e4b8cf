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

from campaign.outage.planted import BUGS

ATTEMPTS, KILLS = "500000", "200"
OUTAGES = (
    *("--kills-of-workers", "200", "--kills-of-rabbitmq", "50", "--kills-of-postgresql", "50"),
    *("--freezes", "20", "--cuts", "20", "--broker-down-seconds", "600"),
)
OUTAGES_OF_REDIS = (
    *("--broker", "redis", "--kills-of-redis", "50", "--kills-of-postgresql", "0"),
    *("--kills-of-workers", "0", "--freezes", "0", "--cuts", "0"),
)
ENOUGH_FOR_A_BUG = (
    *("--kills-of-workers", "6", "--kills-of-rabbitmq", "3", "--kills-of-postgresql", "3"),
    *("--freezes", "0", "--cuts", "0"),
)


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
    for bug in BUGS:
        failed += _run("outage", "--planted", bug, *ENOUGH_FOR_A_BUG)
    failed += _run("outage", *OUTAGES)
    failed += _run("outage", *OUTAGES_OF_REDIS)
    return 1 if failed else 0


def _run(campaign: str, *arguments: str) -> int:
    print(f"campaign.{campaign} {' '.join(arguments)}", flush=True)
    command = [sys.executable, "-m", f"campaign.{campaign}", *arguments]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
