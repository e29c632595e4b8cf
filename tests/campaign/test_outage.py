"""The outage campaign in short, and that its checks bite."""

import json
import random
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from campaign.outage.__main__ import CANNOT_RUN
from campaign.outage.checks import outcomes
from campaign.outage.faults import Kind, plan
from campaign.outage.history import History, Outcome, calls
from tests.ci import cannot_run

REPOSITORY = Path(__file__).parents[2]
NOON, LATER = datetime(2030, 1, 7, 12, tzinfo=UTC), datetime(2030, 1, 7, 15, tzinfo=UTC)
SHORT = {
    "--seed": "1",
    "--kills-of-workers": "3",
    "--kills-of-rabbitmq": "1",
    "--kills-of-postgresql": "1",
    "--freezes": "0",
    "--cuts": "0",
    "--recovers-within": "60",  # How fast the machine is today is no fault of the code.
}


@pytest.mark.timeout(300)
def test_nothing_is_lost_or_done_twice_whoever_dies() -> None:
    """Service, relay, consumer, broker and database are killed: every check finds all in order."""
    options = [word for option in SHORT.items() for word in option]
    done = subprocess.run(
        [sys.executable, "-m", "campaign.outage", *options],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == CANNOT_RUN:
        cannot_run(done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert sum(report["injected"].values()) == 5
    # A campaign in which little happens proves little.
    assert report["told"]["book acked"] > 20
    assert min(report["checked"].values()) > 0


def test_a_history_tells_of_calls_that_never_ended(tmp_path: Path) -> None:
    """What a client began and did not live to end counts as unknown."""
    history = History(tmp_path / "history")
    ended = history.begin("ada", "book", start=NOON.isoformat())
    history.end(ended, Outcome.ACKED, status=201)
    history.begin("ada", "cancel")
    history.close()
    told = [(call["act"], call["outcome"]) for call in calls(tmp_path / "history")]
    assert told == [("book", Outcome.ACKED), ("cancel", Outcome.UNKNOWN)]


@pytest.mark.parametrize(
    ("told", "possible"),
    [
        ({"book": "refused"}, {None}),
        ({"book": "acked"}, {("held", NOON)}),
        ({"book": "unknown"}, {None, ("held", NOON)}),
        ({"book": "acked", "cancel": "acked"}, {("cancelled", NOON)}),
        ({"book": "acked", "cancel": "refused"}, {("held", NOON)}),
        ({"book": "acked", "cancel": "unknown"}, {("held", NOON), ("cancelled", NOON)}),
        ({"book": "acked", "pay": "acked", "paid": "acked"}, {("paid", NOON)}),
        ({"book": "acked", "pay": "acked", "paid": "unknown"}, {("paying", NOON), ("paid", NOON)}),
        ({"book": "acked", "move": "acked"}, {("held", LATER)}),
        ({"book": "acked", "move": "unknown"}, {("held", NOON), ("held", LATER)}),
    ],
)
def test_what_was_told_leaves_only_so_much_possible(
    told: Mapping[str, str], possible: set[tuple[str, datetime] | None]
) -> None:
    """What was acknowledged is so, what was refused is not, what nobody knows is either."""
    starts = {"book": NOON, "move": LATER}
    acts = [
        {"act": act, "outcome": outcome, "start": starts.get(act, NOON).isoformat()}
        for act, outcome in told.items()
    ]
    assert outcomes(acts) == possible


def test_a_plan_does_all_that_was_asked_for() -> None:
    """Every kill, freeze and cut is in it, never twice to the same at once; a seed repeats it."""
    seed = random.randrange(1 << 32)
    kills, freezes, cuts = {"a": 7, "b": 2}, {"a": 3}, {"c": 4}
    rounds = plan(seed, kills, freezes, cuts)
    faults = [fault for each in rounds for fault in each]
    killed = [fault.component for fault in faults if fault.kind in (Kind.KILL, Kind.CHOKE)]
    assert (killed.count("a"), killed.count("b"), len(faults)) == (7, 2, 16)
    assert all(len({fault.component for fault in each}) == len(each) for each in rounds)
    assert plan(seed, kills, freezes, cuts) == rounds
