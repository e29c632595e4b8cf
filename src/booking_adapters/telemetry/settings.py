"""What is watched, and where it can be seen: from the environment."""

from __future__ import annotations

from attrs import frozen

from booking_adapters.environment import Environment
from booking_adapters.telemetry.extra import is_installed, require

ANYONE, OPERATORS = "anyone", "operators"
OFF, STDERR, OTLP = "off", "stderr", "otlp"
AUTO, JSON, TEXT = "auto", "json", "text"
CLIENT = "prometheus_client"
METRICS_NAME, PORT_NAME, TRACES_NAME, FORMAT_NAME = (
    "BOOKING_METRICS",
    "BOOKING_METRICS_PORT",
    "BOOKING_TRACES",
    "BOOKING_LOG_FORMAT",
)


@frozen(kw_only=True)
class TelemetrySettings:
    """Who may see the `metrics`, and where; with `traces` off nothing is traced.

    `serves` is no variable: an HTTP service sets it, as it alone has a route to show them by.
    `traces` is where spans go: stderr, otlp, or the path of a file; `traces_share` of all traces
    do, whole ones.
    """

    metrics: str = AUTO
    serves: bool = False
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = None
    traces: str = OFF
    traces_share: float = 1.0
    log_format: str = AUTO

    @property
    def shows_anyone(self) -> bool:
        """Whether the API has them: by itself where they can be counted.

        InvalidSetting where that is asked for, and the extra is not installed.
        """
        if self.serves and self.metrics == ANYONE:
            require(CLIENT, METRICS_NAME, "metrics")
        return self.serves and self.metrics != OPERATORS and is_installed(CLIENT)

    @property
    def counts(self) -> bool:
        """Whether anything is counted: where nobody could see it, nothing is."""
        return self.metrics_port is not None or self.shows_anyone


def read_telemetry(environment: Environment) -> TelemetrySettings:
    """What the environment says; InvalidSetting if it is wrong."""
    return TelemetrySettings(
        metrics=environment.choice(METRICS_NAME, (AUTO, ANYONE, OPERATORS), AUTO),
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
