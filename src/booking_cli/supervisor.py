"""Processes that are started again when they die."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from threading import Event
from typing import Any

from booking_core.application.messaging.back_off import BackOff

QUICK_SECONDS = 5.0  # Whoever dies sooner is left alone for a while.
LOOK_SECONDS = 0.2

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Child:
    """One process after another, doing the same."""

    name: str
    target: Callable[..., object]
    arguments: tuple[Any, ...]
    process: BaseProcess | None = None
    started: float = 0.0
    due: float = 0.0
    quick_deaths: int = 0


@dataclass(slots=True)
class Supervisor:
    """`told` hears the name and the number of each process that it starts.

    They are forked from a server that has imported what is in `preload` and opened nothing: so one
    is replaced in a blink, and none inherits what another had.
    """

    children: Sequence[Child]
    back_off: BackOff
    told: Callable[[str, int], None]
    preload: Sequence[str] = ()
    deaths: dict[str, int] = field(default_factory=dict)

    def run(self, stopped: Event, stop_within_seconds: float) -> None:
        """Until it is stopped; then all are asked to end, and in the end made to."""
        context = get_context("forkserver")
        context.set_forkserver_preload(list(self.preload))
        try:
            while not stopped.is_set():
                self._start_due(context)
                alive = [child.process for child in self.children if child.process is not None]
                wait([process.sentinel for process in alive], LOOK_SECONDS)
                self._bury()
        finally:
            self._stop(stop_within_seconds)

    def _start_due(self, context: BaseContext) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.process is None and child.due <= now:
                child.process = context.Process(  # type: ignore[attr-defined]
                    target=child.target, args=child.arguments, name=child.name, daemon=True
                )
                child.process.start()
                child.started = now
                assert child.process.pid is not None  # It is started.
                self.told(child.name, child.process.pid)

    def _bury(self) -> None:
        for child in self.children:
            process = child.process
            if process is None or process.is_alive():
                continue
            now = time.monotonic()
            child.process = None
            child.quick_deaths = (
                child.quick_deaths + 1 if now - child.started < QUICK_SECONDS else 0
            )
            pause = self.back_off.seconds(child.quick_deaths) if child.quick_deaths else 0.0
            child.due = now + pause
            self.deaths[child.name] = self.deaths.get(child.name, 0) + 1
            log.error(
                "Worker %s (%s) ended with %s; another begins in %.1f s",
                *(child.name, process.pid, process.exitcode, pause),
            )
            process.close()

    def _stop(self, within_seconds: float) -> None:
        alive = [child.process for child in self.children if child.process is not None]
        for process in alive:
            process.terminate()
        until = time.monotonic() + within_seconds
        for process in alive:
            process.join(max(0.0, until - time.monotonic()))
            if process.is_alive():
                log.error("Worker %s did not stop in time, and is killed", process.pid)
                process.kill()
                process.join()


def in_turn(
    names: Sequence[str],
    processes: int,
    target: Callable[..., object],
    variables: Mapping[str, str],
) -> list[Child]:
    """So many children of each name."""
    return [
        Child(f"{name}-{number}", target, (variables, name))
        for name in names
        for number in range(1, processes + 1)
    ]
