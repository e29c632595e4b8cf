"""What is watched, and where it can be seen: from the environment."""

from __future__ import annotations

from attrs import frozen

from booking_adapters.environment import Environment

OFF, STDERR, OTLP = "off", "stderr", "otlp"
AUTO, JSON, TEXT = "auto", "json", "text"
PORT_NAME, TRACES_NAME, FORMAT_NAME = (
    "BOOKING_METRICS_PORT",
    "BOOKING_TRACES",
    "BOOKING_LOG_FORMAT",
)


@frozen(kw_only=True)
class TelemetrySettings:
    """Without a `metrics_port` nothing is counted, and with `traces` off nothing is traced.

    `traces` is where spans go: stderr, otlp, or the path of a file; `traces_share` of all traces
    do, whole ones.
    """

    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = None
    traces: str = OFF
    traces_share: float = 1.0
    log_format: str = AUTO


def read_telemetry(environment: Environment) -> TelemetrySettings:
    """What the environment says; InvalidSetting if it is wrong."""
    return TelemetrySettings(
        metrics_host=environment.matching(
            "BOOKING_METRICS_HOST", "a host name or address", r"[A-Za-z0-9._:-]+", "127.0.0.1"
        ),
        metrics_port=environment.integer(PORT_NAME, 0, 65_535, None),
        traces=environment.matching(
            TRACES_NAME,
            f"{OFF}, {STDERR}, {OTLP}, or the path of a file, with a slash in it",
            rf"{OFF}|{STDERR}|{OTLP}|.*/.*",
            OFF,
        ),
        traces_share=environment.share("BOOKING_TRACES_SHARE", 1.0),
        log_format=environment.choice(FORMAT_NAME, (AUTO, JSON, TEXT), AUTO),
    )
