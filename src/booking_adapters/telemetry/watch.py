"""All that watches one process, by the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import field, frozen

from booking_adapters.telemetry.asked import RequestWatcher
from booking_adapters.telemetry.correlation import CorrelatingTelemetry
from booking_adapters.telemetry.extra import require
from booking_adapters.telemetry.settings import (
    CLIENT,
    OFF,
    PORT_NAME,
    TRACES_NAME,
    TelemetrySettings,
)
from booking_adapters.telemetry.several import together
from booking_core.domain.kernel.events import DomainEvent
from booking_core.ports.publisher import Message
from booking_core.ports.telemetry import NO_TELEMETRY, Telemetry

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

Encode = Callable[[DomainEvent], Message | None]


def _as_it_is(encode: Encode) -> Encode:
    return encode


def _nothing() -> None:
    return


@frozen(kw_only=True)
class Watch:
    """`engine` is told by the use cases, `messaging` by relays and consumers.

    `registry` is None where nothing is counted.
    """

    engine: Telemetry = NO_TELEMETRY
    messaging: Telemetry = field(factory=CorrelatingTelemetry)
    requests: tuple[RequestWatcher, ...] = ()
    registry: CollectorRegistry | None = None
    traced: Callable[[Encode], Encode] = _as_it_is
    close: Callable[[], None] = _nothing


def open_watch(settings: TelemetrySettings) -> Watch:
    """What these settings ask for; InvalidSetting where the extra for it is not installed."""
    watchers: list[Telemetry] = []
    requests: list[RequestWatcher] = []
    registry, traced, close = None, _as_it_is, _nothing
    if settings.counts:
        require_metrics()
        from prometheus_client import CollectorRegistry

        from booking_adapters.telemetry.prometheus.requests import PrometheusRequests
        from booking_adapters.telemetry.prometheus.telemetry import PrometheusTelemetry

        registry = CollectorRegistry()
        watchers.append(PrometheusTelemetry(registry))
        requests.append(PrometheusRequests(registry))
    if settings.traces != OFF:
        require("opentelemetry.sdk", TRACES_NAME, "traces")
        from booking_adapters.telemetry.opentelemetry.headers import with_traceparent
        from booking_adapters.telemetry.opentelemetry.requests import OtelRequests
        from booking_adapters.telemetry.opentelemetry.telemetry import OtelTelemetry
        from booking_adapters.telemetry.opentelemetry.tracing import open_tracing

        provider = open_tracing(settings.traces, settings.traces_share)
        tracer = provider.get_tracer("booking")
        watchers.append(OtelTelemetry(tracer))
        requests.append(OtelRequests(tracer))
        traced, close = with_traceparent, provider.shutdown
    return Watch(
        engine=together(watchers),
        messaging=together([CorrelatingTelemetry(), *watchers]),
        requests=tuple(requests),
        registry=registry,
        traced=traced,
        close=close,
    )


def require_metrics() -> None:
    """InvalidSetting where Prometheus's client is not installed."""
    require(CLIENT, PORT_NAME, "metrics")
