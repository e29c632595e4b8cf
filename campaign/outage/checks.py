"""Histories, the final database and the consumers' records, held against each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from booking_core.application.operations.reconcile import Repair
from booking_core.engine import BookingEngine
from campaign.outage.history import Outcome, calls
from campaign.outage.stage import CONSUMERS
from campaign.outage.tower import Tower

_BOOKINGS = "SELECT customer_id, state, starts_at FROM booking"
_CAPTURED = "SELECT id FROM booking_payment WHERE captured_minor IS NOT NULL"
_EVENTS = "SELECT count(*) FROM booking_event"
_LOST = """SELECT e.event_id || ' ' || e.type FROM booking_event AS e WHERE NOT EXISTS
    (SELECT FROM campaign.effect AS f WHERE f.consumer = %s AND f.event_id = e.event_id)"""
_GHOSTS = """SELECT f.event_id FROM campaign.effect AS f WHERE NOT EXISTS
    (SELECT FROM booking_event AS e WHERE e.event_id = f.event_id)"""
_DOUBLED = """SELECT consumer || ' ' || event_id || ': ' || count(*) FROM campaign.effect
    GROUP BY consumer, event_id HAVING count(*) > 1"""
_INVERTED = """SELECT booking_id || ': ' || sequence || ' after ' || before FROM (
    SELECT booking_id, sequence, may_be_again,
      lag(sequence) OVER (PARTITION BY booking_id ORDER BY number) AS before
    FROM campaign.effect WHERE consumer = %s) AS told
    WHERE sequence < before AND NOT may_be_again"""
_LETTERS = "SELECT consumer || ' ' || state || ': ' || cause FROM booking_letter"
_EFFECTS = "SELECT count(*) FROM campaign.effect"
_TOLD_MONEY = """SELECT coalesce(sum(captured_minor), 0) FROM
    (SELECT DISTINCT event_id, captured_minor FROM campaign.effect WHERE consumer = %s) AS told"""
_OUR_MONEY = "SELECT coalesce(sum(captured_minor), 0) FROM booking_payment"


@dataclass(slots=True)
class Findings:
    """How much each check looked at, and what it found wrong."""

    checked: Counter[str] = field(default_factory=Counter)
    faults: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def look(self, check: str, looked_at: int, faults: Iterator[str] | list[str]) -> None:
        """Note one check."""
        self.checked[check] += looked_at
        found = list(faults)
        if found:
            self.faults[check] += found


def customers_were_told_the_truth(histories: Path, tower: Tower, findings: Findings) -> None:
    """What was acknowledged is so; what nobody knows is one or the other, never both."""
    bookings: defaultdict[str, list[tuple[str, datetime]]] = defaultdict(list)
    for customer, state, start in tower.rows(_BOOKINGS):
        bookings[customer].append((state, start))
    told = stories(histories)
    findings.look(
        "acknowledged-changes",
        len(told),
        [
            f"{name}: {found} where {sorted(map(str, possible))} is possible: {acts}"
            for name, acts in told.items()
            if not _is_one_of(found := bookings[name], possible := outcomes(acts))
        ],
    )
    refused = [f"{customer} was never heard of" for customer in bookings.keys() - told.keys()]
    findings.look("nobody-else", len(bookings), refused)


def stories(histories: Path) -> dict[str, list[dict[str, Any]]]:
    """The calls of each customer."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for path in sorted(histories.glob("customers-*.jsonl")):
        for call in calls(path):
            found[call["story"]].append(call)
    return dict(found)


# What may be there of a customer's one booking: nothing, or how far it is and when it begins.
Possible = set[tuple[str, datetime] | None]
FINALLY = {
    "held": {"PENDING", "EXPIRED"},
    "paying": {"PENDING", "EXPIRED", "CONFIRMED"},
    "paid": {"CONFIRMED"},
    "cancelled": {"CANCELLED"},
}


def outcomes(acts: list[dict[str, Any]]) -> Possible:
    """What these calls may have led to, by what was said of them."""
    possible: Possible = {None}
    for act in acts:
        outcome = Outcome(act["outcome"])
        if outcome is Outcome.REFUSED:
            continue
        done = {_after(act, before) for before in possible}
        possible = done if outcome is Outcome.ACKED else possible | done
    return possible


def _after(act: dict[str, Any], before: tuple[str, datetime] | None) -> Any:
    match act["act"], before:
        case "book", None:
            return "held", datetime.fromisoformat(act["start"])
        case "pay", ("held", start):
            return "paying", start
        case "paid", (_, start):
            return "paid", start
        case "move", (stage, _):
            return stage, datetime.fromisoformat(act["start"])
        case "cancel", (_, start):
            return "cancelled", start
    raise ValueError(f"{act} after {before}")


def _is_one_of(found: list[tuple[str, datetime]], possible: Possible) -> bool:
    if len(found) > 1:
        return False
    if not found:
        return None in possible
    ((state, start),) = found
    return any(one is not None and state in FINALLY[one[0]] and start == one[1] for one in possible)


def providers_news_is_kept(histories: Path, tower: Tower, findings: Findings) -> None:
    """A payment whose callback was acknowledged is noted, before anything is reconciled."""
    captured = {str(id) for (id,) in tower.rows(_CAPTURED)}
    news = list(calls(histories / "provider.jsonl"))
    completed = [
        call["story"]
        for call in news
        if call["act"] == "payment.completed" and call["outcome"] == Outcome.ACKED
    ]
    findings.look(
        "acknowledged-payments",
        len(completed),
        [f"payment {id} is not captured" for id in completed if id not in captured],
    )
    refused = [f"{call}" for call in news if call["outcome"] == Outcome.REFUSED]
    findings.look("providers-news", len(news), refused)


def services_did_not_break(histories: Path, findings: Findings) -> Counter[str]:
    """No answer was a 500; what came of the calls, by act and outcome."""
    told: Counter[str] = Counter()
    broken, asked = [], 0
    for path in sorted(histories.glob("*.jsonl")):
        for call in calls(path):
            asked += 1
            told[f"{call['act']} {call['outcome']}"] += 1
            if call.get("status") == 500:
                broken.append(str(call))
    findings.look("no-server-error", asked, broken)
    return told


def nobody_noticed(histories: Path, during: tuple[float, float], findings: Findings) -> None:
    """Every call between these instants was answered at once, and none for want of a service."""
    first, last = during
    made = [
        call
        for path in sorted(histories.glob("*.jsonl"))
        for call in calls(path)
        if call["began"] >= first and call.get("ended", last + 1) <= last
    ]
    noticed = [str(call) for call in made if call.get("lost") or call["outcome"] == Outcome.UNKNOWN]
    findings.look("nobody-notices", len(made), noticed)


def mended(engine: BookingEngine) -> Counter[Repair]:
    """What a scheduled `reconcile --apply` repairs, by kind."""
    repairs: Counter[Repair] = Counter()
    for difference in engine.reconcile.differences():
        difference.mend()
        repairs[difference.repair] += 1
    return repairs


def promises_hold(engine: BookingEngine, findings: Findings) -> None:
    """`verify` and `reconcile` find nothing."""
    verification = engine.verify()
    violations = [f"{it.promise}: {it.subject}: {it.detail}" for it in verification.violations]
    findings.look("verify", len(verification.promises), violations)
    differences = [f"{it.subject}: {it.repair}" for it in engine.reconcile.differences()]
    findings.look("reconcile", 1, differences)


def events_had_one_effect_in_order(tower: Tower, findings: Findings) -> None:
    """Each event once in effect with each consumer; of each booking told in their order."""
    events, effects = tower.value(_EVENTS), tower.value(_EFFECTS)
    for consumer in CONSUMERS:
        lost = [f"{consumer}: {row[0]}" for row in tower.rows(_LOST, consumer)]
        findings.look("events-arrive", events, lost)
        ours, told = tower.value(_OUR_MONEY), tower.value(_TOLD_MONEY, consumer)
        findings.look(
            "money-told", 1, [] if told == ours else [f"{consumer}: {told} told of {ours}"]
        )
    findings.look("nothing-invented", effects, [str(row[0]) for row in tower.rows(_GHOSTS)])
    findings.look("effects-once", effects, [row[0] for row in tower.rows(_DOUBLED)])
    for consumer in CONSUMERS:
        inverted = [f"{consumer}: {row[0]}" for row in tower.rows(_INVERTED, consumer)]
        findings.look("order", events, inverted)
    findings.look("letters", events, [str(row[0]) for row in tower.rows(_LETTERS)])
