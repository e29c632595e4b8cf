"""Clients in processes of their own: they wait for the word, work for a while, and tell."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Side(Protocol):
    """One way of doing the same thing, as one client does it."""

    def once(self) -> bool:
        """Do it once; whether it succeeded (a refusal is an outcome, not a failure)."""
        ...

    def server_pid(self) -> int | None:
        """The process that serves this client alone, if there is one."""
        ...


SidesOf = Callable[[str, int], Mapping[str, Side]]


@dataclass(frozen=True, slots=True)
class Sample:
    """One client's round. CPU in seconds, latencies in milliseconds."""

    done: int
    succeeded: int
    client_cpu: float
    server_cpu: float
    latencies_ms: Sequence[float]


@dataclass(frozen=True, slots=True)
class Round:
    """All clients' round of one side."""

    per_second: float
    client_us: float
    server_us: float
    p50_ms: float
    p99_ms: float
    succeeded: float


def run(
    sides_of: SidesOf,
    url: str,
    *,
    clients: int,
    seconds: float,
    rounds: int,
    before: Callable[[], object] = lambda: None,
) -> Mapping[str, Sequence[Round]]:
    """Every side in turn, round after round, so that all see the same weather; `before` each."""
    context = get_context("spawn")
    pairs = [context.Pipe() for _ in range(clients)]
    workers = [
        context.Process(target=_client, args=(sides_of, url, seed, theirs), daemon=True)
        for seed, (_, theirs) in enumerate(pairs)
    ]
    for worker in workers:
        worker.start()
    ours = [our for our, _ in pairs]
    names: Sequence[str] = [our.recv() for our in ours].pop()
    told: dict[str, list[Round]] = {name: [] for name in names}
    for number in range(rounds + 1):
        for name in names:
            before()
            for our in ours:
                our.send((name, seconds if number else seconds / 4))
            samples = [our.recv() for our in ours]
            if number:  # The first round warms up.
                told[name].append(_together(samples, seconds))
    for our in ours:
        our.send(None)
    for worker in workers:
        worker.join()
    return told


def _client(sides_of: SidesOf, url: str, seed: int, pipe: Connection) -> None:
    sides = sides_of(url, seed)
    pipe.send(list(sides))
    while (order := pipe.recv()) is not None:
        name, seconds = order
        pipe.send(_work(sides[name], seconds))


def _work(side: Side, seconds: float) -> Sample:
    pid = side.server_pid()
    server_before, client_before = _cpu_of(pid), time.process_time()
    latencies: list[float] = []
    succeeded = 0
    now = time.perf_counter()
    end = now + seconds
    while now < end:
        succeeded += side.once()
        before, now = now, time.perf_counter()
        latencies.append((now - before) * 1000)
    return Sample(
        done=len(latencies),
        succeeded=succeeded,
        client_cpu=time.process_time() - client_before,
        server_cpu=_cpu_of(pid) - server_before,
        latencies_ms=latencies,
    )


def _cpu_of(pid: int | None) -> float:
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def _together(samples: Sequence[Sample], seconds: float) -> Round:
    done = sum(sample.done for sample in samples)
    latencies = sorted(ms for sample in samples for ms in sample.latencies_ms)
    return Round(
        per_second=done / seconds,
        client_us=sum(sample.client_cpu for sample in samples) / done * 1e6,
        server_us=sum(sample.server_cpu for sample in samples) / done * 1e6,
        p50_ms=statistics.median(latencies),
        p99_ms=latencies[int(len(latencies) * 0.99)],
        succeeded=sum(sample.succeeded for sample in samples) / done,
    )


def table(told: Mapping[str, Sequence[Round]], *, of: str) -> str:
    """Medians as Markdown; the last column is the throughput against that side's, per round."""
    rows = [
        "| side | per second | client µs | server µs | p50 ms | p99 ms | succeeded | × "
        + of
        + " |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, rounds in told.items():
        ratios = [
            mine.per_second / theirs.per_second
            for mine, theirs in zip(rounds, told[of], strict=True)
        ]
        rows.append(
            f"| {name} | {_median(rounds, 'per_second'):,.0f} | {_median(rounds, 'client_us'):,.0f}"
            f" | {_median(rounds, 'server_us'):,.0f} | {_median(rounds, 'p50_ms'):.2f}"
            f" | {_median(rounds, 'p99_ms'):.1f} | {_median(rounds, 'succeeded'):.0%}"
            f" | {statistics.median(ratios):.2f} [{min(ratios):.2f}–{max(ratios):.2f}] |"
        )
    return "\n".join(rows)


def _median(rounds: Sequence[Round], name: str) -> float:
    return float(statistics.median(getattr(each, name) for each in rounds))
