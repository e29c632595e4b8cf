"""Counts the contract tests that ran on each storage, and lets none be skipped on CI."""

from collections import Counter
from collections.abc import Generator

import pytest

from tests.ci import ON_CI

SUITE = "tests/contract/"
STORAGES = {"memory": "memory", "sqlite": "SQLite", "postgresql": "PostgreSQL"}


class ContractCount:
    """Sums up reports, which under xdist come from the workers' processes."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self.ran: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test once: when its body ran, or when it was skipped."""
        storage = dict(report.user_properties).get("storage")
        if storage in STORAGES:
            if report.skipped:
                self.skipped[storage] += 1
            elif report.when == "call":
                self.ran[storage] += 1

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say it in one line, just above pytest's own."""
        if self.ran or self.skipped:
            ran = ", ".join(f"{label} {self.ran[key]}" for key, label in STORAGES.items())
            terminalreporter.section("contract tests by storage")
            terminalreporter.line(f"ran on {ran}; skipped {self.skipped.total()}")


def pytest_configure(config: pytest.Config) -> None:
    """Count for this run alone."""
    config.pluginmanager.register(ContractCount(), "contract-count")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write the storage into the report of a contract test, and fail a skip of one on CI."""
    report = yield
    if not item.nodeid.startswith(SUITE):
        return report
    if ON_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"A contract test must not be skipped on CI: {report.longrepr}"
    elif storage := _storage(item):
        report.user_properties.append(("storage", storage))
    return report


def _storage(item: pytest.Item) -> str | None:
    """Read the id that the `storage` fixture was parametrised with."""
    callspec = getattr(item, "callspec", None)
    return None if callspec is None else callspec.params.get("storage")
