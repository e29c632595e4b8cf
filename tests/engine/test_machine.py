"""The whole engine, on every storage, beside a model of it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.engine.machine import EngineMachine
from tests.storages import Storages

EXAMPLES_MOST = {"memory": 5_000, "sqlite": 50, "postgresql": 8}


@pytest.mark.parametrize("name", ["memory", "sqlite", "postgresql"])
def test_whatever_happens_the_engine_does_what_the_model_does(
    request: pytest.FixtureRequest, name: str
) -> None:
    """No overlap, no needless refusal, all or nothing, money conserved, one effect per key."""
    storages: Storages = request.getfixturevalue(f"{name}_storages")
    run_state_machine_as_test(
        lambda: EngineMachine(storages),
        settings=settings(
            settings.default,
            max_examples=min(settings.default.max_examples, EXAMPLES_MOST[name]),
            stateful_step_count=20,
            suppress_health_check=list(HealthCheck),
        ),
    )
