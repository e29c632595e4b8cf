"""What holds for every test: its plugins, its Hypothesis profile, and no settings from outside."""

import os

from hypothesis import HealthCheck, settings

from tests.ci import ON_CI

pytest_plugins = ["tests.brokers", "tests.contract_count", "tests.postgresql", "tests.storages"]

for name in [name for name in os.environ if name.startswith("BOOKING_")]:
    if not name.startswith("BOOKING_TEST_"):  # A developer's own settings would steer the engine.
        del os.environ[name]

# No deadlines: a shared machine's pauses say nothing about the code.
settings.register_profile("dev", deadline=None, print_blob=True, max_examples=25)
settings.register_profile(
    "ci",
    deadline=None,
    print_blob=True,
    max_examples=100,
    derandomize=True,  # The same commit gives the same verdict; the campaign looks further.
)
settings.register_profile(
    "campaign",
    deadline=None,
    print_blob=True,
    max_examples=5_000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if ON_CI else "dev"))
