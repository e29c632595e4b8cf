"""What is done to whom, in which order: by a seed."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from campaign.outage.stage import Stage
from campaign.servers.child import Child

DOWN_SECONDS_MOST = 1.0
FREEZE_SECONDS = (0.5, 4.0)
LONG_FREEZE_SECONDS = 23.0  # Leases lapse, and a broker gives up on who is silent.
LONG_FREEZE_EVERY = 5
CHOKE_SECONDS = 0.4
CUT_SECONDS = (0.1, 3.0)
TOGETHER = 0.15


class Kind(StrEnum):
    """How somebody is harmed."""

    KILL = "kill"
    CHOKE = "choke"  # Frozen for a moment and then killed: what was under way is under way still.
    FREEZE = "freeze"
    CUT = "cut"  # Connections end, and no new ones are made.
    SILENCE = "silence"  # Nothing is carried, nothing ends.


@dataclass(frozen=True, slots=True)
class Fault:
    """A component is a server, a worker or a cable, by its name on the stage."""

    component: str
    kind: Kind
    seconds: float

    def begin(self, stage: Stage) -> None:
        """Harm it."""
        match self.kind:
            case Kind.KILL:
                _child(stage, self.component).kill()
            case Kind.CHOKE:
                _child(stage, self.component).freeze()
                time.sleep(CHOKE_SECONDS)
                _child(stage, self.component).kill()
            case Kind.FREEZE:
                _child(stage, self.component).freeze()
            case Kind.CUT:
                stage.cables[self.component].unplug()
            case Kind.SILENCE:
                stage.cables[self.component].freeze()

    def end(self, stage: Stage) -> None:
        """Its supervisor starts it again, or whatever held it lets go."""
        match self.kind:
            case Kind.KILL | Kind.CHOKE if self.component in stage.servers:
                stage.servers[self.component].start()
            case Kind.KILL | Kind.CHOKE:
                stage.workers[self.component].start()
            case Kind.FREEZE:
                _child(stage, self.component).thaw()
            case Kind.CUT:
                stage.cables[self.component].plug()
            case Kind.SILENCE:
                stage.cables[self.component].thaw()


Round = tuple[Fault, ...]


def _child(stage: Stage, component: str) -> Child:
    server = stage.servers.get(component)
    return stage.workers[component] if server is None else server.child


def plan(
    seed: int,
    kills: Mapping[str, int],
    freezes: Mapping[str, int],
    cuts: Mapping[str, int],
) -> list[Round]:
    """Rounds of faults that begin together, in most of them one; by component, how often."""
    chance = random.Random(seed)
    faults = [*_kills(kills, chance), *_freezes(freezes, chance), *_cuts(cuts, chance)]
    chance.shuffle(faults)
    rounds: list[Round] = []
    for fault in faults:
        alone = rounds and len(rounds[-1]) == 1 and rounds[-1][0].component != fault.component
        if alone and chance.random() < TOGETHER:
            rounds[-1] = (*rounds[-1], fault)
        else:
            rounds.append((fault,))
    return rounds


def _kills(kills: Mapping[str, int], chance: random.Random) -> Iterator[Fault]:
    for component, times in kills.items():
        for number in range(times):
            kind = Kind.CHOKE if number % 3 == 2 else Kind.KILL
            yield Fault(component, kind, chance.uniform(0, DOWN_SECONDS_MOST))


def _freezes(freezes: Mapping[str, int], chance: random.Random) -> Iterator[Fault]:
    frozen = [component for component, times in freezes.items() for _ in range(times)]
    for number, component in enumerate(frozen, start=1):
        is_long = number % LONG_FREEZE_EVERY == 0
        seconds = LONG_FREEZE_SECONDS if is_long else chance.uniform(*FREEZE_SECONDS)
        yield Fault(component, Kind.FREEZE, seconds)


def _cuts(cuts: Mapping[str, int], chance: random.Random) -> Iterator[Fault]:
    for cable, times in cuts.items():
        for number in range(times):
            kind = Kind.SILENCE if number % 2 else Kind.CUT
            yield Fault(cable, kind, chance.uniform(*CUT_SECONDS))
