"""The campaign itself: harm, mend, wait for recovery, again and again; then look at everything."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from campaign.outage import checks
from campaign.outage.faults import Round
from campaign.outage.report import Report
from campaign.outage.stage import CONSUMERS, Setup, Stage, staged
from campaign.outage.tower import WAITING, Tower

PAUSE_SECONDS = (0.1, 1.0)
QUIET_SECONDS = 8.0
# A letter that a dead worker had claimed is nobody's for 40; a receipt that nobody overtook may
# take ten times as long as another.
CLAIM_SECONDS = 60.0
CLIENTS_STOP_SECONDS = 180.0


def campaign(
    setup: Setup, rounds: list[Round], *, broker_down_seconds: float = 0, folder: Path | None = None
) -> Report:
    """All rounds, a long time without the broker if that is asked for, then peace and the checks.

    The folder, an empty one, is for data and logs: without one they are gone afterwards.
    """
    report, began = Report(setup), time.monotonic()
    with staged(setup, folder) as stage:
        tower = Tower(stage.database.url(), stage.supervise)
        chance = random.Random(setup.seed)
        for number, faults in enumerate(rounds, start=1):
            time.sleep(chance.uniform(*PAUSE_SECONDS))
            seconds = _round(stage, tower, faults, report)
            _progress(number, len(rounds), faults, seconds)
            if seconds is None:  # It would need a hand: nothing more can be learnt.
                break
        if broker_down_seconds:
            _without_broker(stage, tower, broker_down_seconds, report)
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
    late = seconds is None or seconds > report.setup.recovers_within
    report.findings.look("recovery", 1, [f"{shown}: {seconds}"] if late else [])
    for fault in faults:
        if seconds is not None:
            report.recoveries[fault.component].append(seconds)
    return seconds


def _progress(number: int, rounds: int, faults: Round, seconds: float | None) -> None:
    shown = " + ".join(f"{fault.kind} {fault.component}" for fault in faults)
    took = "never recovers" if seconds is None else f"recovers in {seconds:.2f} s"
    print(f"{number}/{rounds} {shown} {took}", file=sys.stderr, flush=True)


def _without_broker(stage: Stage, tower: Tower, seconds: float, report: Report) -> None:
    """Nobody may notice but those whom events are for; then all that waited must go out."""
    stage.broker.child.kill()
    began = time.time()
    time.sleep(seconds)
    ended, waiting = time.time(), tower.value(WAITING)
    stage.broker.start()
    recovery = tower.seconds_to_recovery(wait_seconds=max(60.0, seconds))
    report.outages.append(
        {
            "seconds": round(ended - began, 1),
            "events_waiting": waiting,
            "drained_in_seconds": round(recovery, 1) if recovery is not None else -1.0,
        }
    )
    report.findings.look("backlog-drains", waiting, [] if recovery else ["it does not"])
    checks.nobody_noticed(stage.histories, (began, ended), report.findings)


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
        tower.wait_for_quiet(CLAIM_SECONDS)
    for name, worker in stage.workers.items():
        status = worker.stop()
        findings.look("workers-stop", 1, [] if status == 0 else [f"{name}: {status}"])
    report.restarts = stage.restarts
    report.told = checks.services_did_not_break(stage.histories, findings)
    checks.customers_were_told_the_truth(stage.histories, tower, findings)
    checks.events_had_one_effect_in_order(tower, findings)
    with stage.engine() as composition:
        checks.promises_hold(composition.engine, findings)
