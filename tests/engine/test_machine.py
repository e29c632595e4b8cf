"""The whole engine, on every storage, beside a model of it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.engine.machine import EngineMachine
from tests.storages import Storages

EXAMPLES_MOST = {"memory": 30, "sqlite": 10, "postgresql": 5}  # The campaign looks further.

CAMPAIGN = 1_000  # Who asks for so many examples has the time.


@pytest.mark.timeout(600)
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
            max_examples=_examples(name),
            stateful_step_count=20,
            suppress_health_check=list(HealthCheck),
        ),
    )


def _examples(name: str) -> int:
    wanted = settings.default.max_examples
    return wanted if wanted > CAMPAIGN else min(wanted, EXAMPLES_MOST[name])
