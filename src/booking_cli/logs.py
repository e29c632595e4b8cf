"""Where a serving process writes what happens: lines on stderr."""

from __future__ import annotations

from typing import Any

HANDLERS = {
    "uvicorn": "line",
    "booking_cli": "line",
    "booking_http": "line",
    "booking_http.access": "bare",
}


def logging_config(level: str) -> dict[str, Any]:
    """For logging.config; requests are one JSON object each, the rest is for people."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"format": "%(asctime)s %(levelname)s %(message)s"},
            "bare": {"format": "%(message)s"},
        },
        "handlers": {
            "line": {"class": "logging.StreamHandler", "formatter": "line"},
            "bare": {"class": "logging.StreamHandler", "formatter": "bare"},
        },
        "loggers": {
            name: {"handlers": [handler], "level": level.upper(), "propagate": False}
            for name, handler in HANDLERS.items()
        },
    }
