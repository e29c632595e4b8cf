"""Where spans go, by the settings."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TextIO

from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SimpleSpanProcessor,
    SpanExporter,
)

from booking_adapters.environment import InvalidSetting
from booking_adapters.telemetry.opentelemetry.ids import OurIds
from booking_adapters.telemetry.opentelemetry.sampler import ShareOfTraces
from booking_adapters.telemetry.settings import OTLP, STDERR, TRACES_NAME

PACKAGE = "opentelemetry-exporter-otlp-proto-http"
OTLP_MODULE = "opentelemetry.exporter.otlp.proto.http.trace_exporter"


def open_tracing(to: str, share: float) -> TracerProvider:
    """A provider of its own, never the process's: a host that embeds us may have another."""
    provider = tracer_provider(share)
    provider.add_span_processor(_processor(to))
    return provider


def tracer_provider(share: float = 1.0) -> TracerProvider:
    """One whose spans go nowhere yet."""
    # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES are known to every operator of traces.
    named = Resource({SERVICE_NAME: "booking"}).merge(OTELResourceDetector().detect())
    return TracerProvider(
        sampler=ShareOfTraces(share),
        resource=named,
        id_generator=OurIds(),
        shutdown_on_exit=False,  # Whoever opened it closes it.
    )


def _processor(to: str) -> SpanProcessor:
    if to == OTLP:
        return BatchSpanProcessor(_otlp())
    if to == STDERR:
        return SimpleSpanProcessor(ConsoleSpanExporter(out=sys.stderr, formatter=_line))
    return SimpleSpanProcessor(_ToFile(Path(to)))


def _otlp() -> SpanExporter:
    try:
        module = import_module(OTLP_MODULE)
    except ModuleNotFoundError as missing:
        expected = f"pip install {PACKAGE} for {OTLP}"
        raise InvalidSetting(TRACES_NAME, expected, f"no module {missing.name}") from missing
    exporter: SpanExporter = module.OTLPSpanExporter()
    return exporter


class _ToFile(ConsoleSpanExporter):
    """A line of JSON per span; several processes may add to one file, a line at once."""

    def __init__(self, path: Path) -> None:
        try:
            self._file: TextIO = path.open("a", encoding="utf-8")
        except OSError as error:
            expected = "the path of a file that can be written"
            raise InvalidSetting(TRACES_NAME, expected, error.strerror or str(error)) from error
        super().__init__(out=self._file, formatter=_line)

    def shutdown(self) -> None:
        self._file.close()


def _line(span: ReadableSpan) -> str:
    return str(span.to_json(indent=None)) + "\n"
