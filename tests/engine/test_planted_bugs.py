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


@pytest.mark.parametrize("plant", BUGS.values(), ids=BUGS.keys())
def test_the_machine_finds(plant: Callable[[MemoryStorage], Any]) -> None:
    """A storage that breaks a promise does not get through."""
    with pytest.raises(Exception):  # noqa: B017, PT011 - Some are found by what then goes wrong.
        judge(plant, examples_most=300)


def test_the_machine_finds_nothing_where_nothing_is_planted() -> None:
    """By the same examples: what it finds elsewhere was planted there."""
    judge(around, examples_most=30)
