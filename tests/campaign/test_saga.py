"""The whole saga in short, on two brokers; `python -m campaign.saga` runs it in full."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgresql import DatabaseFactory

REPOSITORY = Path(__file__).parents[2]
BOOKINGS = 120


@pytest.mark.timeout(300)
@pytest.mark.parametrize("broker", ["rabbitmq_url", "redis_url"])
def test_all_sides_agree(
    postgres_database_factory: DatabaseFactory, request: pytest.FixtureRequest, broker: str
) -> None:
    """What was booked, paid, cancelled and given back is the same wherever one asks."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "campaign.saga"),
            *("--database", postgres_database_factory()),
            *("--broker", request.getfixturevalue(broker)),
            *("--bookings", str(BOOKINGS)),
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert sum(report["states"].values()) == BOOKINGS
    assert report["states"]["CANCELLED"] == BOOKINGS / 10
    assert report["captured_minor"] - report["refunded_minor"] == 4200 * BOOKINGS * 9 / 10
