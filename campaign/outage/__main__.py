"""Kill, freeze and cut everything while clients book: `python -m campaign.outage`.

The driver is the parent of PostgreSQL, a broker, the HTTP service, relays and consumers, all on
ports and in folders of their own. Faults come by a seed, one or two at a time, and after each the
time to recovery is taken. In the end all that clients were told is held against what is stored and
against what the consumers did. Prints a report as JSON; fails if anything is not as it should be.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from campaign.outage import checks
from campaign.outage.checks import FAULTS_SHOWN, Findings
from campaign.outage.faults import Round, plan
from campaign.outage.planted import BUGS, CURSOR
from campaign.outage.stage import CONSUMERS, Setup, Stage, staged
from campaign.outage.tower import Tower
from campaign.servers.child import adopt_orphans

WORKERS = ("serve", "relay-1", "watch", "relay-2", "ledger-1", "ledger-2")
RECOVERY_SECONDS_MOST = 10.0
PAUSE_SECONDS = (0.1, 1.0)
QUIET_SECONDS = 8.0
CLIENTS_STOP_SECONDS = 180.0


@dataclass(slots=True)
class Report:
    """What was done, and what came of it."""

    setup: Setup
    injected: Counter[str] = field(default_factory=Counter)
    recoveries: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    told: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    findings: Findings = field(default_factory=Findings)
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Nothing was wrong."""
        return not self.findings.faults

    def printed(self) -> str:
        """As JSON."""
        faults = self.findings.faults
        shown: dict[str, Any] = {
            "seed": self.setup.seed,
            "broker": self.setup.broker,
            "planted": self.setup.bug,
            "seconds": round(self.seconds, 1),
            "injected": dict(sorted(self.injected.items())),
            "told": dict(sorted(self.told.items())),
            "repairs": dict(self.repairs),
            "recovery_seconds": {
                component: {
                    "times": len(each),
                    "median": round(sorted(each)[len(each) // 2], 2),
                    "worst": round(max(each), 2),
                }
                for component, each in sorted(self.recoveries.items())
            },
            "checked": dict(self.findings.checked),
            "faults": {check: len(found) for check, found in faults.items()},
            "examples": {check: found[:FAULTS_SHOWN] for check, found in faults.items()},
        }
        return json.dumps(shown, indent=2)


def campaign(setup: Setup, rounds: list[Round], folder: Path | None = None) -> Report:
    """All rounds, then peace, then the checks."""
    report, began = Report(setup), time.monotonic()
    with staged(setup, folder) as stage:
        tower = Tower(stage.database.url())
        chance = random.Random(setup.seed)
        for number, faults in enumerate(rounds, start=1):
            time.sleep(chance.uniform(*PAUSE_SECONDS))
            seconds = _round(stage, tower, faults, report)
            _progress(number, len(rounds), faults, seconds)
            if seconds is None:  # It would need a hand: nothing more can be learnt.
                break
        _settle(stage, tower, report)
        tower.close()
    report.seconds = time.monotonic() - began
    return report


def _round(stage: Stage, tower: Tower, faults: Round, report: Report) -> float | None:
    """Harm, mend, and wait; how long it took to recover."""
    for fault in faults:
        fault.begin(stage)
        report.injected[f"{fault.kind} {fault.component}"] += 1
    time.sleep(max(fault.seconds for fault in faults))
    for fault in faults:
        fault.end(stage)
    tower.close()
    seconds = tower.seconds_to_recovery()
    shown = " + ".join(f"{fault.kind} {fault.component}" for fault in faults)
    late = seconds is None or seconds > RECOVERY_SECONDS_MOST
    report.findings.look("recovery", 1, [f"{shown}: {seconds}"] if late else [])
    for fault in faults:
        if seconds is not None:
            report.recoveries[fault.component].append(seconds)
    return seconds


def _progress(number: int, rounds: int, faults: Round, seconds: float | None) -> None:
    shown = " + ".join(f"{fault.kind} {fault.component}" for fault in faults)
    took = "never recovers" if seconds is None else f"recovers in {seconds:.2f} s"
    print(f"{number}/{rounds} {shown} {took}", file=sys.stderr, flush=True)


def _settle(stage: Stage, tower: Tower, report: Report) -> None:
    """Clients stop, what is under way arrives, and all is looked at."""
    findings = report.findings
    gone = stage.clients.stop(CLIENTS_STOP_SECONDS)
    findings.look("clients-end", 1, [] if gone == 0 else [f"{gone}: {stage.clients.log[-2000:]}"])
    checks.providers_news_is_kept(stage.histories, tower, findings)
    with stage.engine() as composition:
        for repair, times in checks.mended(composition.engine).items():
            report.repairs[repair.value] += times
    if tower.wait_for_quiet(QUIET_SECONDS):
        # What a consumer holds that is no longer there comes again when it is told to stop.
        for name, worker in stage.workers.items():
            if name.startswith(CONSUMERS):
                worker.stop()
                worker.start()
        tower.wait_for_quiet(QUIET_SECONDS)
    for name, worker in stage.workers.items():
        status = worker.stop()
        findings.look("workers-stop", 1, [] if status == 0 else [f"{name}: {status}"])
    report.told = checks.services_did_not_break(stage.histories, findings)
    checks.customers_were_told_the_truth(stage.histories, tower, findings)
    checks.events_had_one_effect_in_order(tower, findings)
    with stage.engine() as composition:
        checks.promises_hold(composition.engine, findings)


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
    report = campaign(setup, plan(options.seed, kills, freezes, cuts), options.folder)
    print(report.printed())
    return int(report.is_clean if options.planted else not report.is_clean)


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
    parser.add_argument("--planted", choices=BUGS, help="a bug that must be found")
    parser.add_argument("--folder", type=Path, help="an empty one, where data and logs stay")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
