"""What an install without some extra says."""

import subprocess
import sys
from pathlib import Path

import pytest

from booking_cli.exit_codes import EXIT_CODES
from booking_core.domain.kernel.errors import Kind

# Runs `booking` as if a library had not been installed.
WITHOUT = """
import sys
library = sys.argv.pop(1)
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == library:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
from booking_cli.__main__ import main
main()
"""


@pytest.mark.parametrize(
    ("library", "url", "arguments", "extra"),
    [
        ("click", "memory://", ["verify"], "cli"),
        ("dependency_injector", "memory://", ["verify"], "cli"),
        ("sqlalchemy", "sqlite:///x.db", ["verify"], "sql"),
        ("alembic", "sqlite:///x.db", ["migrate"], "sql"),
        ("psycopg", "postgresql://127.0.0.1:1/x", ["verify"], "postgres"),
        ("litestar", "memory://", ["serve"], "http"),
        ("uvicorn", "memory://", ["serve"], "http"),
        ("jwt", "memory://", ["token"], "auth"),
    ],
)
def test_a_missing_library_is_told_by_the_extra_that_brings_it(
    library: str, url: str, arguments: list[str], extra: str, tmp_path: Path
) -> None:
    """Whoever lacks something reads what to install, and no traceback."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, library, *arguments],
        cwd=tmp_path,
        env={"BOOKING_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == f'This needs {library}: pip install "booking-core[{extra}]"\n'


def test_metrics_that_cannot_be_counted_are_refused_where_somebody_asked_for_them(
    tmp_path: Path,
) -> None:
    """By the name of the setting, with what to install."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, "prometheus_client", "serve", "--port", "0"],
        cwd=tmp_path,
        env={
            "BOOKING_DATABASE_URL": "memory://",
            "BOOKING_TOKEN_SECRET": "x" * 32,
            "BOOKING_METRICS": "anyone",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == EXIT_CODES[Kind.INVALID]
    assert "BOOKING_METRICS" in done.stderr
    assert 'pip install "booking-core[observability]"' in done.stderr
    assert done.stdout == ""


def test_what_needs_no_library_works_without_it() -> None:
    """An engine in memory is verified without any database's libraries."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, "sqlalchemy", "verify"],
        env={"BOOKING_DATABASE_URL": "memory://"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("library", ["structlog", "prometheus_client", "opentelemetry"])
def test_whoever_watches_nothing_needs_nothing_for_it(library: str, tmp_path: Path) -> None:
    """All else is as it was."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, library, "doctor"],
        cwd=tmp_path,
        env={"BOOKING_DATABASE_URL": "memory://", "BOOKING_TOKEN_SECRET": "s" * 40},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("library", "name", "value"),
    [
        ("structlog", "BOOKING_LOG_FORMAT", "json"),
        ("prometheus_client", "BOOKING_METRICS_PORT", "0"),
        ("opentelemetry", "BOOKING_TRACES", "stderr"),
    ],
)
def test_whoever_wants_to_watch_is_told_what_to_install(
    library: str, name: str, value: str, tmp_path: Path
) -> None:
    """By the setting that asks for it."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, library, "serve", "--port", "0"],
        cwd=tmp_path,
        env={
            "BOOKING_DATABASE_URL": "memory://",
            "BOOKING_TOKEN_SECRET": "s" * 40,
            name: value,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert name in done.stderr
    assert "booking-core[observability]" in done.stderr
    assert "Traceback" not in done.stderr
