"""Where a long-running process writes what happens: lines on stderr."""

from __future__ import annotations

import logging.config
from typing import Any

from booking_adapters.settings import Settings
from booking_adapters.telemetry.log_lines import chosen
from booking_adapters.telemetry.settings import JSON

OURS = ("uvicorn", "booking_adapters", "booking_cli", "booking_core", "booking_http")
ACCESS = "booking_http.access"
LINES = "booking_adapters.telemetry.log_lines"


def logging_config(settings: Settings) -> dict[str, Any]:
    """For logging.config: one JSON object each, or lines for people, with requests as JSON.

    Other libraries are heard from warnings on: at lower levels some of them log what they carry.
    """
    level = settings.log_level.upper()
    is_json = chosen(settings.telemetry.log_format) == JSON
    line = {"()": f"{LINES}.json_formatter" if is_json else f"{LINES}.text_formatter"}
    bare = line if is_json else {"format": "%(message)s"}
    loggers = {name: {"level": level} for name in OURS}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line, "bare": bare},
        "handlers": {
            name: {"class": "logging.StreamHandler", "formatter": name} for name in ("line", "bare")
        },
        "root": {"handlers": ["line"], "level": "ERROR" if level == "ERROR" else "WARNING"},
        "loggers": {
            **loggers,
            ACCESS: {"handlers": ["bare"], "level": level, "propagate": False},
        },
    }


def set_up_logging(settings: Settings) -> None:
    """From now on this process logs by the settings."""
    logging.config.dictConfig(logging_config(settings))
