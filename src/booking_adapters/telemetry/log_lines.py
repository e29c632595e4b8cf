"""What a log line looks like: JSON for machines, words for people."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from booking_adapters.telemetry.correlation import correlation_in_hand
from booking_adapters.telemetry.extra import is_installed, require
from booking_adapters.telemetry.settings import AUTO, FORMAT_NAME, JSON, TEXT

if TYPE_CHECKING:
    from structlog.stdlib import ProcessorFormatter

FACTS = "facts"  # Beside a message, as `extra`: the same by names, for programs.
STRUCTLOG = "structlog"


def chosen(log_format: str) -> str:
    """JSON or TEXT: by itself, text on a terminal, or where nobody can write JSON.

    InvalidSetting where JSON is asked for, and its extra is not installed.
    """
    if log_format == JSON:
        require(STRUCTLOG, FORMAT_NAME, JSON)
    if log_format == AUTO:
        return JSON if is_installed(STRUCTLOG) and not sys.stderr.isatty() else TEXT
    return log_format


def json_formatter() -> ProcessorFormatter:
    """A line of JSON per record, whichever library logs it."""
    import structlog

    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _facts,
            _correlate,
            # A traceback in words: as a structure it would show what the variables hold.
            structlog.processors.format_exc_info,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
    )


def text_formatter() -> logging.Formatter:
    """A line for people."""
    return _Text("%(asctime)s %(levelname)s %(message)s")


class _Text(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - it is the library's
        line = super().formatMessage(record)
        correlation_id = correlation_in_hand()
        known = correlation_id is None or correlation_id in line
        return line if known else f"{line} [{correlation_id}]"


Told = MutableMapping[str, Any]


def _facts(logger: object, method: str, told: Told) -> Told:
    facts = getattr(told.get("_record"), FACTS, None)
    if isinstance(facts, dict):
        told.update(facts)
    return told


def _correlate(logger: object, method: str, told: Told) -> Told:
    correlation_id = correlation_in_hand()
    if correlation_id is not None:
        told.setdefault("correlationId", correlation_id)
    return told
