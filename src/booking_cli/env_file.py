"""Settings from a file of NAME=value lines, under those of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from booking_core.domain.kernel.errors import BookingError, Kind


@dataclass(eq=False)
class UnreadableEnvFile(BookingError):
    """{path}: {why}"""

    code: ClassVar[str] = "unreadable-env-file"
    kind: ClassVar[Kind] = Kind.INVALID
    path: str
    why: str


def read_env_file(path: Path | None) -> dict[str, str]:
    """The environment's variables, and the file's where the environment has none."""
    return dict(os.environ) if path is None else {**parse_env_file(path), **os.environ}


def parse_env_file(path: Path) -> dict[str, str]:
    """The file's variables alone, or UnreadableEnvFile."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableEnvFile(str(path), getattr(error, "strerror", None) or str(error)) from None
    variables = {}
    for number, line in enumerate(lines, start=1):
        name, equals, text = line.strip().partition("=")
        if not name or name.startswith("#"):
            continue
        if not equals:
            raise UnreadableEnvFile(str(path), f"line {number} is not NAME=value")
        variables[name] = text
    return variables


def write_env_file(path: Path, variables: Mapping[str, str]) -> None:
    """Replace the file by one that only its owner can read: it holds secrets."""
    text = "".join(f"{name}={value}\n" for name, value in variables.items())
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.replace(path)
