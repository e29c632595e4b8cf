"""A real `booking` process that serves, and what it said when it was ready."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READY_WITHIN_SECONDS = 60


@dataclass(frozen=True)
class Served:
    """`told` is the object that it printed once it listened."""

    process: subprocess.Popen[str]
    told: Mapping[str, Any]
    log: Path

    @property
    def address(self) -> str:
        """Where it listens."""
        return str(self.told["address"])


@contextmanager
def serving(
    *arguments: str, folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """Run `booking` with these arguments until the context ends; it has to be ready by then."""
    log = folder / "served.log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "booking_cli", *arguments, "--json"],
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "PYTHONFAULTHANDLER": "1", **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    assert process.stdout is not None
    try:
        yield Served(process=process, told=_first_object(process), log=log)
    except BaseException:
        print(f"served: {process.poll()}\n{log.read_text()}")  # Shown where the test fails.
        raise
    finally:
        process.terminate()
        process.wait(READY_WITHIN_SECONDS)
        process.stdout.close()


def _first_object(process: subprocess.Popen[str]) -> Mapping[str, Any]:
    """Read lines until they are a whole JSON object."""
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if line.startswith("}"):
            told = json.loads(text)
            assert isinstance(told, dict)
            return told
    raise AssertionError(f"it ended with {process.wait()} and said {text!r}")
