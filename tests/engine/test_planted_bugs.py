"""The machine is worth its time: whatever bug is planted, it finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from booking_adapters.memory.storage import MemoryStorage
from tests.engine.machine import EngineMachine
from tests.engine.planted import BUGS, around
from tests.engine.planted_breaks import BREAKS
from tests.engine.violated import Violated


def judge(plant: Callable[[MemoryStorage], Any], examples_most: int) -> None:
    """Run the machine on such storages, always by the same examples."""

    @contextmanager
    def opened() -> Iterator[Any]:
        yield plant(MemoryStorage())

    run_state_machine_as_test(
        lambda: EngineMachine(opened),
        settings=settings(
            max_examples=examples_most,
            stateful_step_count=30,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],  # What it finds need not be small.
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("name", BUGS)
def test_the_machine_finds(name: str) -> None:
    """A storage that breaks a promise does not get through, and it is that promise that is named.

    A crash of the machine, or of the engine, is not a find.
    """
    with pytest.raises(Violated) as found:
        judge(BUGS[name], examples_most=300)
    assert found.value.promise in BREAKS[name]


def test_every_bug_says_what_it_breaks() -> None:
    """And no more is said than is planted."""
    assert BREAKS.keys() == BUGS.keys()


def test_the_machine_finds_nothing_where_nothing_is_planted() -> None:
    """By the same examples: what it finds elsewhere was planted there."""
    judge(around, examples_most=15)
