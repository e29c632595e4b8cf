"""The poison campaign in short: every kind once."""

import pytest

from tests.campaign.test_short_forms import run
from tests.postgresql import DatabaseFactory

# How late a healthy message is on a machine that runs all other tests too says nothing.
LAG_SECONDS = "60"


@pytest.mark.timeout(300)
def test_poison_harms_nobody(postgres_database_factory: DatabaseFactory, rabbitmq_url: str) -> None:
    """Each kind is a dead letter that names its cause; each healthy message has one effect."""
    report = run(
        "poison",
        *("--database", postgres_database_factory(), "--broker", rabbitmq_url),
        *("--rounds", "1", "--pace", "2", "--lag", LAG_SECONDS),
    )
    assert report["faults"] == []
    assert report["poison"] == report["kinds"] >= 100
    assert report["deaths"] >= 10
