"""Whoever asks something that hangs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from booking_adapters.telemetry.patient import Patient
from booking_core.domain.kernel.errors import Busy

SOON = 0.01


def test_an_answer_is_fresh_for_a_while() -> None:
    """Many who ask at once ask once."""
    asked = []
    patient = Patient(lambda: asked.append(1) or "answer", fresh_seconds=60)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: patient(), range(50)))
    assert set(answers) == {"answer"}
    assert len(asked) == 1


def test_nobody_waits_for_what_hangs_nor_asks_it_again() -> None:
    """Its answer counts when it comes."""
    go_on, asked = Event(), []

    def hang() -> str:
        asked.append(1)
        go_on.wait()
        return "late"

    patient = Patient(hang, fresh_seconds=60, patience_seconds=SOON)
    assert [patient() for _ in range(3)] == [None, None, None]
    go_on.set()
    patient.patience_seconds = 60
    assert patient() == "late"
    assert len(asked) == 1


def test_a_refusal_is_no_answer() -> None:
    """And it is asked again when that is not fresh any more."""
    refusals = [Busy("away")]

    def ask() -> str:
        if refusals:
            raise refusals.pop()
        return "back"

    patient = Patient(ask, fresh_seconds=-1)
    assert [patient(), patient()] == [None, "back"]


def test_a_fault_of_what_is_asked_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody falls with it, and it is asked again."""

    def fail() -> str:
        raise KeyError("fault")

    patient = Patient(fail, fresh_seconds=-1)
    assert [patient(), patient()] == [None, None]
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
