"""Whether this run is on CI, where a test that cannot run is a failure."""

import os
from typing import NoReturn

import pytest

ON_CI = os.environ.get("CI", "").lower() in {"1", "true"}


def cannot_run(reason: str) -> NoReturn:
    """Skip the test on a laptop; fail it on CI, where every service must be there."""
    if ON_CI:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
