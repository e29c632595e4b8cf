"""Processes of the engine's own beside what is measured."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


@contextmanager
def at_work(verb: Sequence[str], variables: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """`booking` with this verb, from its first word to the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "booking_cli", *verb],
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
    finally:
        process.terminate()
        process.communicate()
