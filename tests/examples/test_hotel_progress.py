"""The progress bar of long replays."""

from __future__ import annotations

import sys

import pytest

from hotel.progress import tracked


@pytest.mark.parametrize("with_rich", [True, False])
def test_progress_is_shown_with_or_without_rich(
    with_rich: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All things pass, and standard output stays clean for the report."""
    if not with_rich:
        monkeypatch.setitem(sys.modules, "rich.console", None)
    assert list(tracked(iter("abc"), "counting", 3)) == ["a", "b", "c"]
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "counting" in shown.err
    assert "100" in shown.err
