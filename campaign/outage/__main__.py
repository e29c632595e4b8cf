"""Kill, freeze and cut everything while clients book: `python -m campaign.outage`.

The driver is the parent of PostgreSQL, a broker, the HTTP service, relays and consumers, all on
ports and in folders of their own. Faults come by a seed, one or two at a time, and after each the
time to recovery is taken. In the end all that clients were told is held against what is stored and
against what the consumers did. Prints a report as JSON; fails if anything is not as it should be.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from campaign.outage.driver import campaign
from campaign.outage.faults import plan
from campaign.outage.planted import BUGS, CURSOR
from campaign.outage.stage import Setup
from campaign.servers.child import adopt_orphans
from campaign.servers.server import CannotRun

WORKERS = ("serve", "relay-1", "watch", "relay-2", "ledger-1", "ledger-2")
CANNOT_RUN = 69  # EX_UNAVAILABLE: nothing was found out.


def main() -> int:
    """Run it; with a planted bug, fail if nothing was found."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = _options()
    adopt_orphans()
    setup = Setup(
        seed=options.seed,
        broker=options.broker,
        customers=options.customers,
        bug=options.planted,
        recovers_within=options.recovers_within,
    )
    workers = [name for name in WORKERS if name != "relay-2" or options.planted != CURSOR]
    broker_kills = {"rabbitmq": options.kills_of_rabbitmq, "redis": options.kills_of_redis}
    kills = _shared(workers, options.kills_of_workers)
    kills |= {
        options.broker: broker_kills[options.broker],
        "postgresql": options.kills_of_postgresql,
    }
    freezes = _shared(workers, options.freezes) | {
        options.broker: options.freezes,
        "postgresql": options.freezes,
    }
    cables = ("relay-broker", "consumer-broker", "serve-postgresql")
    cuts = _shared((*cables, "relay-postgresql", "consumer-postgresql"), options.cuts)
    rounds = plan(options.seed, kills, freezes, cuts)
    try:
        report = campaign(
            setup,
            rounds,
            broker_down_seconds=options.broker_down_seconds,
            folder=options.folder,
        )
    except CannotRun as missing:
        print(missing, file=sys.stderr)
        return CANNOT_RUN
    print(report.printed())
    return 0 if report.is_as_expected else 1


def _shared(components: Sequence[str], times: int) -> dict[str, int]:
    """So many faults among them, each equally often or once more."""
    count = len(components)
    return {name: (times + count - 1 - place) // count for place, name in enumerate(components)}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--broker", choices=("rabbitmq", "redis"), default="rabbitmq")
    parser.add_argument("--customers", type=int, default=4, help="at a time")
    parser.add_argument("--kills-of-workers", type=int, default=6)
    parser.add_argument("--kills-of-rabbitmq", type=int, default=2)
    parser.add_argument("--kills-of-postgresql", type=int, default=2)
    parser.add_argument("--kills-of-redis", type=int, default=2)
    parser.add_argument("--freezes", type=int, default=1, help="of each: workers, broker, database")
    parser.add_argument("--cuts", type=int, default=5)
    parser.add_argument("--broker-down-seconds", type=float, default=0, help="after all else")
    parser.add_argument("--recovers-within", type=float, default=10, help="seconds")
    parser.add_argument("--planted", choices=sorted(BUGS), help="a bug that must be found")
    parser.add_argument("--folder", type=Path, help="an empty one, where data and logs stay")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
