"""What a log line looks like, whichever library logs it."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator

import pytest

from booking_adapters.environment import InvalidSetting
from booking_adapters.telemetry import log_lines
from booking_adapters.telemetry.correlation import CorrelatingTelemetry, correlated
from booking_adapters.telemetry.log_lines import FACTS, chosen, json_formatter, text_formatter
from booking_adapters.telemetry.settings import AUTO, JSON, TEXT
from tests.contract.test_telemetry import CORRELATION, event, incoming

Log = Callable[[logging.Formatter], tuple[logging.Logger, io.StringIO]]


@pytest.fixture
def log() -> Iterator[Log]:
    """A logger of some library, which writes with a formatter."""
    logger, before = logging.getLogger("somebodys.library"), []

    def write(formatter: logging.Formatter) -> tuple[logging.Logger, io.StringIO]:
        lines = io.StringIO()
        handler = logging.StreamHandler(lines)
        handler.setFormatter(formatter)
        logger.addHandler(handler)
        before.append(handler)
        return logger, lines

    logger.propagate = False
    yield write
    logger.propagate = True
    for handler in before:
        logger.removeHandler(handler)


def test_every_line_of_json_is_one_object(log: Log) -> None:
    """With level, logger, time, correlation and facts; nobody can make two lines of one."""
    logger, lines = log(json_formatter())
    with correlated("order-4711"):
        logger.warning("it is\n%s", "so", extra={FACTS: {"status": 200}})
    (line,) = lines.getvalue().splitlines()
    told = json.loads(line)
    assert told.pop("timestamp").endswith("Z")
    assert told == {
        "event": "it is\nso",
        "level": "warning",
        "logger": "somebodys.library",
        "correlationId": "order-4711",
        "status": 200,
    }


@pytest.mark.parametrize("formatter", [json_formatter, text_formatter])
def test_a_traceback_shows_no_values(log: Log, formatter: Callable[[], logging.Formatter]) -> None:
    """Variables may hold a token, a body, or a person."""
    logger, lines = log(formatter())

    def fail(secret: str) -> None:
        raise KeyError("fault")

    try:
        fail("can" + "ary")
    except KeyError:
        logger.exception("unexpected")
    assert "KeyError" in lines.getvalue()
    assert "in fail" in lines.getvalue()
    assert "canary" not in lines.getvalue()


def test_a_line_for_people_ends_with_its_correlation(log: Log) -> None:
    """Where it does not say it already."""
    logger, lines = log(text_formatter())
    with correlated("order-4711"):
        logger.warning("sold")
        logger.warning("order-4711 was sold")
    logger.warning("idle")
    ends = [line.partition("WARNING ")[2] for line in lines.getvalue().splitlines()]
    assert ends == ["sold [order-4711]", "order-4711 was sold", "idle"]


def test_what_a_consumer_logs_belongs_to_its_message(log: Log) -> None:
    """So does what a relay logs, where all that it publishes at once is of one."""
    logger, lines = log(json_formatter())
    telemetry = CorrelatingTelemetry()
    with telemetry.publishing([event(1), event(2)]):
        logger.warning("told")
    with telemetry.handling("payments", [incoming()]):
        logger.warning("another system's")
    correlations = [json.loads(line).get("correlationId") for line in lines.getvalue().splitlines()]
    assert correlations == [CORRELATION, None]


def test_the_format_follows_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words on a terminal, JSON elsewhere; what is asked for goes first."""
    for is_terminal, found in ((True, TEXT), (False, JSON)):
        monkeypatch.setattr(sys.stderr, "isatty", lambda said=is_terminal: said, raising=False)
        assert chosen(AUTO) == found
        assert (chosen(JSON), chosen(TEXT)) == (JSON, TEXT)


def test_without_its_extra_lines_are_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only who asks for JSON is told what to install."""
    monkeypatch.setattr(log_lines, "STRUCTLOG", "no_such_module")
    assert chosen(AUTO) == chosen(TEXT) == TEXT
    with pytest.raises(InvalidSetting) as refused:
        chosen(JSON)
    assert refused.value.name == "BOOKING_LOG_FORMAT"
    assert "observability" in refused.value.message
