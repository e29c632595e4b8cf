"""Refuse a slot that is taken: `python -m bench.refusal_postgresql`.

Clients want 1, 10 or 100 slots that are all taken. The raw side is the whole hold in one statement
that leaves it to the constraint to refuse (ON CONFLICT DO NOTHING and a count: a plain insert
convoys into deadlocks). For scale, also the claim's row alone, which is not yet a hold.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import psycopg

from bench import clients
from bench.database import database
from bench.hold_postgresql import CLIENTS_MOST, Engine, Hours, settle
from bench.raw_hold import RawHold
from bench.town import furnish, midnight, terms_of
from booking_adapters.sqlalchemy.postgresql.driver import SESSION

CLAIM = """
INSERT INTO booking_claim (tenant_id, live, resource_key, unit, starts_at, ends_at, holder_id,
  blocks, since, pinned, held_until)
VALUES (1, true, %s::int, 1, %s::timestamptz, %s::timestamptz, %s::uuid, false, 1, false, NULL)
ON CONFLICT DO NOTHING
"""


class Slots(Hours):
    """The same few slots, in turn."""

    def __init__(self, seed: int, slots: int) -> None:
        super().__init__(seed, clients_most=1)
        self.slots = slots

    def next(self) -> tuple[int, datetime]:
        """The next of them: an hour of the first resource."""
        self.number += 1
        return 0, midnight() + timedelta(hours=self.number % self.slots)


class Wanting(Engine):
    """The use case without a key, as a client that looks for a free slot calls it."""

    keyed = False


class Constraint:
    """The claim's row alone, refused by the exclusion constraint: no booking, event or answer."""

    def __init__(self, url: str, slots: Slots) -> None:
        options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
        self.connection = psycopg.connect(
            url, autocommit=True, prepare_threshold=0, options=options
        )
        self.slots = slots

    def once(self) -> bool:
        resource, start = self.slots.next()
        end = start + timedelta(hours=1)
        values = (resource + 1, start, end, str(uuid4()))
        return self.connection.execute(CLAIM, values).rowcount == 1

    def server_pid(self) -> int | None:
        return self.connection.info.backend_pid


class Unchecked:
    """The whole hold in one hand-written statement, refused by the exclusion constraint."""

    def __init__(self, url: str, slots: Slots) -> None:
        self.raw = RawHold(url, *terms_of())
        self.slots = slots

    def once(self) -> bool:
        resource, start = self.slots.next()
        return self.raw.unchecked(resource + 1, start)

    def server_pid(self) -> int | None:
        return self.raw.connection.info.backend_pid


def sides(slots: int, url: str, seed: int) -> Mapping[str, clients.Side]:
    """The two of one client."""
    return {
        "hold, constraint alone": Unchecked(url, Slots(seed, slots)),
        "bare claim": Constraint(url, Slots(seed, slots)),
        "engine": Wanting(url, Slots(seed, slots)),
    }


def main() -> None:
    """Measure, and print a table for each number of slots."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for slots in (1, 10, 100):
        with database() as url:
            furnish(url, 2)
            settle(url, resources=2)
            taken = Wanting(url, Slots(CLIENTS_MOST, slots))
            for _ in range(slots):
                taken.once()
            taken.storage.close()
            told = clients.run(
                partial(sides, slots),
                url,
                clients=options.clients,
                seconds=options.seconds,
                rounds=options.rounds,
            )
            with psycopg.connect(url) as connection:
                row = connection.execute(
                    "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
                ).fetchone()
        print(f"\n{slots} slots, {row[0] if row else '?'} deadlocks\n")
        print(clients.table(told, of="hold, constraint alone"))


if __name__ == "__main__":
    main()
