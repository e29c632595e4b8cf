"""Kill the server between every two storage calls, and ask again: `python -m campaign.kill`.

Each act is first done undisturbed, and its moments are counted: one before and one after every
storage call. Then, moment by moment, the HTTP server is killed with SIGKILL in the middle of the
request. A new server gets the same request: what it leaves must be what the undisturbed one left,
there must be one answer, and nothing may be lost.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from tempfile import TemporaryDirectory

from booking_adapters.sqlalchemy.migrate import migrate
from booking_core.application.caller import admin
from booking_core.domain.kernel.ids import CustomerId
from booking_core.ports.booking_repository import BookingFilter, Dossier
from booking_core.ports.page import PageRequest
from booking_core.ports.payment_gateway import ProviderRecord
from campaign.kill_acts import ACTS, Act, Round
from campaign.kill_server import Answer, Request, Server
from campaign.world import furnish

ALL = PageRequest(limit=100)


@dataclass(frozen=True, slots=True)
class Effect:
    """What is there afterwards of one customer's only booking: what has happened, and the money.

    The provider's view of the money is told beside ours: captured and given back, in minor units.
    """

    state: str
    told: tuple[str, ...]
    claims: int
    balance: tuple[int, ...]
    at_provider: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A place in an act at which the server dies; `number` counts from 1."""

    act: Act
    number: int
    name: str

    def __str__(self) -> str:
        return f"{self.act.name}, {self.number:02} {self.name}"


@dataclass(slots=True)
class Report:
    """Kills by act and moment, and everything that was not as it should be."""

    moments: int = 0
    kills: dict[str, Counter[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def printed(self) -> str:
        """As JSON."""
        by_act = {act: sum(moments.values()) for act, moments in self.kills.items()}
        return json.dumps(
            {
                "kills": by_act,
                "moments": self.moments,
                "killed_at": self.kills,
                "faults": self.faults,
            },
            indent=2,
        )


def campaign(url: str, kills: int) -> Report:
    """That many kills, spread evenly over all moments of all acts."""
    migrate(url)
    with TemporaryDirectory() as folder:
        server = Server(url, f"{folder}/payments.sqlite3")
        with server.engine() as (engine, _):
            furnish(engine)
        try:
            return _campaign(server, kills)
        finally:
            server.stop()


def _campaign(server: Server, kills: int) -> Report:
    report, numbers = Report(), count(1)
    left: dict[str, Effect] = {}
    moments: list[Moment] = []
    for act in ACTS:
        names, left[act.name] = _undisturbed(act, Round(server, next(numbers)), report)
        moments += [Moment(act, number, name) for number, name in enumerate(names, start=1)]
        report.kills[act.name] = Counter()
    report.moments = len(moments)
    for moment in spread(moments, kills):
        round = Round(server, next(numbers))
        faults = list(_interrupted(moment, round, left[moment.act.name], report))
        report.faults += [f"{moment}: {fault}" for fault in faults]
    return report


def spread(moments: list[Moment], kills: int) -> Iterator[Moment]:
    """So many of them: each equally often, and what is left over at equal distances."""
    whole, rest = divmod(kills, len(moments))
    for _ in range(whole):
        yield from moments
    for place in range(rest):
        yield moments[place * len(moments) // rest]


def _undisturbed(act: Act, round: Round, report: Report) -> tuple[tuple[str, ...], Effect]:
    """The moments of the act, and what it leaves; asked for again, it must leave the same."""
    request = act.begin(round)
    first = round.server.ask(request)
    moments = round.server.fuse.trail()
    left = _effect(round)
    report.faults += [
        f"{act.name} undisturbed: {fault}" for fault in _answers(first, round, request)
    ]
    if _effect(round) != left:
        report.faults.append(f"{act.name} undisturbed: {left}, asked again {_effect(round)}")
    return moments, left


def _interrupted(moment: Moment, round: Round, left: Effect, report: Report) -> Iterator[str]:
    """One request, killed at that moment and asked again; what is wrong with what came of it."""
    request = moment.act.begin(round)
    first = round.server.ask(request, crash_at=moment.number)
    if first is not None:
        yield "no such moment"
        return
    if not round.server.stop():
        yield "the connection died, the server did not"
        return
    report.kills[moment.act.name][f"{moment.number:02} {moment.name}"] += 1
    yield from _answers(round.server.ask(request), round, request)
    found = _effect(round)
    if found != left:
        yield f"left {found}, undisturbed {left}"
    with round.server.engine() as (engine, _):
        for violation in engine.verify().violations:
            yield f"{violation.promise}: {violation.detail}"


def _answers(answer: Answer | None, round: Round, request: Request) -> Iterator[str]:
    """An answer must be given, and given again."""
    if answer is None or not 200 <= answer.status < 300:
        yield f"refused: {answer}"
    again = round.server.ask(request)
    if again != answer:
        yield f"answers differ: {answer} / {again}"


def _effect(round: Round) -> Effect:
    with round.server.engine() as (engine, gateway):
        wanted = BookingFilter(customer_id=CustomerId(round.by.id))
        page = engine.read_bookings.page(wanted, ALL, admin())
        (dossier,) = page.entries  # A second one would be a second effect.
        history = engine.read_bookings.history(dossier.booking.id, ALL, admin())
        records = [
            gateway.find(dossier.booking.tenant_id, attempt.id)
            for attempt in dossier.account.attempts
        ]
    return Effect(
        state=dossier.booking.state.value,
        told=tuple(event.type for event in history.entries),
        claims=len(list(dossier.booking.claims())),
        balance=_balance(dossier),
        at_provider=tuple(_money(record) for record in records),
    )


def _balance(dossier: Dossier) -> tuple[int, ...]:
    balance = dossier.account.balance("EUR")
    return balance.captured, balance.kept, balance.refunded, balance.due_back


def _money(record: ProviderRecord | None) -> tuple[int, ...]:
    if record is None:
        return ()
    captured = record.captured.amount_minor if record.captured else 0
    return captured, *(refund.amount.amount_minor for refund in record.refunds)


def main() -> int:
    """Run it, print what came of it, and fail if anything was not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="URL of an empty database")
    parser.add_argument("--kills", type=int, default=200)
    options = parser.parse_args()
    report = campaign(options.database, options.kills)
    print(report.printed())
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
