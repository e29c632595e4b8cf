"""All campaigns in full, or those that are named, on databases of their own: `make campaign`."""

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

ATTEMPTS, KILLS, BOOKINGS = "500000", "200", "100000"
SAGA_BROKERS = ("amqp://guest:guest@127.0.0.1:5672//", "redis://127.0.0.1:6379/0")
OUTAGES = (
    *("--kills-of-workers", "200", "--kills-of-rabbitmq", "50", "--kills-of-postgresql", "50"),
    *("--freezes", "20", "--cuts", "20", "--broker-down-seconds", "600"),
)
OUTAGES_OF_REDIS = (
    *("--broker", "redis", "--kills-of-redis", "50", "--kills-of-postgresql", "10"),
    *("--kills-of-workers", "50", "--freezes", "20", "--cuts", "10"),
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


def race(server: str) -> int:
    """How many races found a fault: none, or one; and so for each of these."""
    with database(server) as url:
        return _run("race", "--database", url, "--attempts", ATTEMPTS)


def poison(server: str) -> int:
    """Among healthy messages."""
    with database(server) as url:
        return _run("poison", "--database", url)


def kill(server: str) -> int:
    """Between any two storage calls, on both databases."""
    with database(server) as url:
        failed = _run("kill", "--database", url, "--kills", KILLS)
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'campaign.db'}"
        return failed + _run("kill", "--database", url, "--kills", KILLS)


def planted(server: str) -> int:
    """What the outages have to find is found; they have servers of their own, not this one."""
    return sum(_run("outage", "--planted", bug, *ENOUGH_FOR_A_BUG) for bug in BUGS)


def outage(server: str) -> int:
    """With each of both brokers."""
    return _run("outage", *OUTAGES) + _run("outage", *OUTAGES_OF_REDIS)


def saga(server: str) -> int:
    """Over each of both brokers."""
    failed = 0
    for broker in SAGA_BROKERS:
        with database(server) as url:
            failed += _run("saga", "--database", url, "--broker", broker, "--bookings", BOOKINGS)
    return failed


CAMPAIGNS = {each.__name__: each for each in (race, poison, kill, planted, outage, saga)}


def main() -> int:
    """Run one after the other; fail if any of them finds a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="postgresql://postgres@127.0.0.1:5432/postgres")
    parser.add_argument("campaigns", nargs="*", metavar="CAMPAIGN", help=", ".join(CAMPAIGNS))
    options = parser.parse_args()
    if unknown := [name for name in options.campaigns if name not in CAMPAIGNS]:
        parser.error(f"no campaign: {', '.join(unknown)}; there are {', '.join(CAMPAIGNS)}")
    chosen = options.campaigns or CAMPAIGNS
    return 1 if sum(CAMPAIGNS[name](options.server) for name in chosen) else 0


def _run(campaign: str, *arguments: str) -> int:
    print(f"campaign.{campaign} {' '.join(arguments)}", flush=True)
    command = [sys.executable, "-m", f"campaign.{campaign}", *arguments]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
