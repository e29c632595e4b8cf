"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """A warning can be lived with; a failure cannot."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """Which check, how it went, and what to know or do about it."""

    check: str
    verdict: Verdict
    detail: str


def ok(check: str, detail: str) -> Finding:
    """All is well."""
    return Finding(check, Verdict.OK, detail)


def warning(check: str, detail: str) -> Finding:
    """Somebody should know."""
    return Finding(check, Verdict.WARNING, detail)


def failure(check: str, detail: str) -> Finding:
    """It will not work like this."""
    return Finding(check, Verdict.FAILURE, detail)
