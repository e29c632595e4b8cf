"""Look for free hours on PostgreSQL: `python -m bench.availability_postgresql`.

The engine's use case, with all of its rules, beside a hand-written query and a sweep: one resource
over 30 days, and 100 over 7, with a million claims stored and with ten thousand. The raw side asks
for the same claims in two ways: a row for each, and arrays with a row for each resource.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from bench import clients
from bench.database import database
from bench.hold_postgresql import backend_of
from bench.loaded import EACH, RESOURCES, SMALL, days, load
from bench.raw_free import RawFree
from bench.town import ANN, engine_on, resource_id
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_core.domain.kernel.span import Span

HOUR = timedelta(hours=1)
HOUR_US = 3_600_000_000
ONE, MANY = "1 over 30 days", "100 over 7 days"
RAW, ARRAYS, ENGINE, FEW = "raw", "raw, arrays", "engine", "engine, few claims"
COUNT = {ONE: 1, MANY: 100}
DAYS = {ONE: 30, MANY: 7}


class Asking:
    """One way of asking one question; `free` answers by resource number, in microseconds."""

    def __init__(self, free: Callable[[], Mapping[int, Sequence[Any]]], pid: int) -> None:
        self.free, self.pid = free, pid

    def once(self) -> bool:
        return bool(self.free())

    def server_pid(self) -> int | None:
        return self.pid


def sides(urls: str, seed: int) -> Mapping[str, Asking]:
    """Each question in each way; the URLs of the many claims and of the few, by a blank."""
    large, small = urls.split()
    raw = RawFree(large)
    told: dict[str, Asking] = {}
    engines = {ENGINE: large, FEW: small}
    for question in COUNT:
        told |= {f"{question}: {name}": side for name, side in _raw(raw, question).items()}
        for name, url in engines.items():
            told[f"{question}: {name}"] = _engine(url, question)
    return told


def _raw(raw: RawFree, question: str) -> Mapping[str, Asking]:
    keys = range(1, COUNT[question] + 1)
    start, end = days(DAYS[question])
    pid = raw.connection.info.backend_pid

    def plain() -> Mapping[int, Sequence[Any]]:
        if len(keys) == 1:
            return {1: raw.of_one(1, start, end)}
        return raw.of_many(keys, start, end)

    return {
        RAW: Asking(plain, pid),
        ARRAYS: Asking(lambda: raw.of_many_in_arrays(keys, start, end), pid),
    }


def _engine(url: str, question: str) -> Asking:
    storage = SqlStorage.open(url, pool_size=1)
    find = engine_on(storage).find_free
    ids = {resource_id(number): number + 1 for number in range(COUNT[question])}
    asked = list(ids)
    window = Span(*days(DAYS[question]))

    def free() -> Mapping[int, Sequence[Any]]:
        slots = find.slots(asked, window, HOUR, ANN)
        return {ids[id]: found.starts_us for id, found in slots.items()}

    return Asking(free, backend_of(url, storage))


def check(urls: str) -> None:
    """All sides answer the same: each free gap is an hour long, so it is one slot."""
    by_side = sides(urls, 0)
    for question in COUNT:
        answers: list[Mapping[int, Sequence[Any]]] = []
        for name in (RAW, ARRAYS):
            found = by_side[f"{question}: {name}"].free()
            assert all(end - start == HOUR_US for gaps in found.values() for start, end in gaps)
            answers.append({key: [start for start, _ in gaps] for key, gaps in found.items()})
        answers += (by_side[f"{question}: {name}"].free() for name in (ENGINE, FEW))
        assert all(answer == answers[0] for answer in answers), question
        assert {len(starts) for starts in answers[0].values()} == {12 * DAYS[question]}


def table(told: Mapping[str, Sequence[clients.Round]], claims: int) -> str:
    """Medians as Markdown; ratios of the medians of each round, so that smaller is better."""
    rows = [
        "| question | side | p50 ms | p99 ms | client µs | server µs | time × raw |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for question in COUNT:
        for name in (RAW, ARRAYS, ENGINE, FEW):
            rounds = told[f"{question}: {name}"]
            figures = [
                f"{statistics.median(getattr(each, field) for each in rounds):{form}}"
                for field, form in (
                    *(("p50_ms", ".2f"), ("p99_ms", ".2f")),
                    *(("client_us", ",.0f"), ("server_us", ",.0f")),
                )
            ]
            ratio = _ratio(rounds, told[f"{question}: {RAW}"])
            rows.append(f"| {question} | {name} | {' | '.join(figures)} | {ratio} |")
    rows.append("")
    for question in COUNT:
        grown = _ratio(told[f"{question}: {ENGINE}"], told[f"{question}: {FEW}"])
        rows.append(f"{question}, from {SMALL:,} claims to {claims:,}: × {grown}")
    return "\n".join(rows)


def _ratio(mine: Sequence[clients.Round], theirs: Sequence[clients.Round]) -> str:
    ratios = [a.p50_ms / b.p50_ms for a, b in zip(mine, theirs, strict=True)]
    return f"{statistics.median(ratios):.2f} [{min(ratios):.2f}–{max(ratios):.2f}]"


def main() -> None:
    """Load, check, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=RESOURCES * EACH)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with database() as large, database() as small:
        load(large, options.claims)
        load(small, SMALL)
        urls = f"{large} {small}"
        check(urls)
        told = clients.run(sides, urls, clients=1, seconds=options.seconds, rounds=options.rounds)
    print(table(told, options.claims))


if __name__ == "__main__":
    main()
