"""What the engine's services tell, as spans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode

from booking_adapters.telemetry.opentelemetry.ids import (
    forced,
    span_id_of,
    trace_id_of,
    written,
)
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import CorrelationId
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.publisher import NotPublished
from booking_core.ports.telemetry import Fate, Telemetry, Watched

NOWHERE: Final = Context()
TEXT_MOST = 200

# Of messages that are handled together each has a span of its own: by trace, for what they cause.
_heard: ContextVar[Mapping[int, trace.Span]] = ContextVar("heard", default={})  # noqa: B039


class OtelTelemetry(Telemetry):
    """Request → use case → event written → published, and → handled: one trace.

    The span in which an event is written has ids that follow from the event, so whoever publishes
    or handles it hangs its own span there, in whichever process and however much later.
    """

    def __init__(self, tracer: trace.Tracer) -> None:
        self._tracer = tracer

    def acting(self, use_case: str, correlation_id: CorrelationId | None) -> Watched:
        return self._acting(use_case, correlation_id)

    def committing(self, events: Sequence[DomainEvent]) -> Watched:
        return self._committing(events)

    def publishing(self, events: Sequence[DomainEvent]) -> Watched:
        return self._publishing(events)

    def handling(self, consumer: str, messages: Sequence[Incoming]) -> Watched:
        return self._handling(consumer, messages)

    def fared(self, consumer: str, topic: str, fate: Fate, count: int = 1) -> None:
        return  # That is a number, and no span.

    @contextmanager
    def _acting(self, use_case: str, correlation_id: CorrelationId | None) -> Iterator[None]:
        parent = _parent_in(None if correlation_id is None else trace_id_of(correlation_id))
        with self._root(parent, correlation_id):
            span = self._tracer.start_span(_text(use_case), parent)
        with (
            ended(span),
            trace.use_span(span, record_exception=False, set_status_on_exception=False),
        ):
            yield

    @contextmanager
    def _committing(self, events: Sequence[DomainEvent]) -> Iterator[None]:
        spans = []
        for event in events:
            trace_id = trace_id_of(event.correlation_id)
            with forced(trace_id, span_id_of(event.event_id)):
                spans.append(
                    self._tracer.start_span(
                        f"write {_text(event.type)}",
                        _parent_in(trace_id),
                        SpanKind.PRODUCER,
                        _said(event),
                        _links_to_elsewhere(trace_id),
                    )
                )
        with _all_ended(spans):
            yield

    @contextmanager
    def _publishing(self, events: Sequence[DomainEvent]) -> Iterator[None]:
        spans = [
            self._tracer.start_span(
                f"publish {_text(event.type)}",
                _under(written(event.correlation_id, event.event_id)),
                SpanKind.PRODUCER,
                {**_said(event), "messaging.batch.message_count": len(events)},
            )
            for event in events
        ]
        try:
            yield
        except NotPublished as refusal:
            for place, span in enumerate(spans):
                if place not in refusal.confirmed:
                    span.set_status(Status(StatusCode.ERROR, refusal.code))
            raise
        finally:
            for span in spans:
                span.end()

    @contextmanager
    def _handling(self, consumer: str, messages: Sequence[Incoming]) -> Iterator[None]:
        spans = [self._handled(consumer, message, len(messages)) for message in messages]
        token = _heard.set({span.get_span_context().trace_id: span for span in spans})
        try:
            with _all_ended(spans), ExitStack() as current:
                if len(spans) == 1:
                    current.enter_context(
                        trace.use_span(
                            spans[0], record_exception=False, set_status_on_exception=False
                        )
                    )
                yield
        finally:
            _heard.reset(token)

    def _handled(self, consumer: str, message: Incoming, count: int) -> trace.Span:
        correlation_id = message.correlation_id
        # Without a correlation id it is another system's: a trace begins here.
        parent = (
            NOWHERE if correlation_id is None else _under(written(correlation_id, message.event_id))
        )
        said: dict[str, str | int] = {
            "messaging.consumer.group.name": _text(consumer),
            "messaging.message.id": _text(message.event_id),
            "messaging.batch.message_count": count,
        }
        name = f"{_text(consumer)} handles {_text(message.type)}"
        return self._tracer.start_span(name, parent, SpanKind.CONSUMER, said)

    @contextmanager
    def _root(self, parent: Context, correlation_id: CorrelationId | None) -> Iterator[None]:
        """A span that has no parent begins the trace that is called after its correlation id."""
        if correlation_id is None or trace.get_current_span(parent).get_span_context().is_valid:
            yield
        else:
            with forced(trace_id_of(correlation_id)):
                yield


def _parent_in(trace_id: int | None) -> Context:
    """The span that we are in, if it is of that trace; or that of a message in hand."""
    current = trace.get_current_span()
    context = current.get_span_context()
    if context.is_valid and trace_id in {None, context.trace_id}:
        return trace.set_span_in_context(current, NOWHERE)
    heard = None if trace_id is None else _heard.get().get(trace_id)
    return NOWHERE if heard is None else trace.set_span_in_context(heard, NOWHERE)


def _links_to_elsewhere(trace_id: int) -> list[Link]:
    """The span that we are in, where it is of another trace: a caller without a correlation id."""
    current = trace.get_current_span().get_span_context()
    return [Link(current)] if current.is_valid and current.trace_id != trace_id else []


def _under(context: SpanContext) -> Context:
    return trace.set_span_in_context(NonRecordingSpan(context), NOWHERE)


@contextmanager
def ended(span: trace.Span) -> Iterator[None]:
    """A refusal is how it ended, by its code; what it says may hold what is nobody's business."""
    with _all_ended([span]):
        yield


@contextmanager
def _all_ended(spans: Sequence[trace.Span]) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        code = error.code if isinstance(error, BookingError) else type(error).__name__
        for span in spans:
            span.set_attribute("error.type", code)
            if not isinstance(error, BookingError):
                span.set_status(Status(StatusCode.ERROR, code))
        raise
    finally:
        for span in spans:
            span.end()


def _said(event: DomainEvent) -> Mapping[str, str | int]:
    return {
        "messaging.message.id": _text(event.event_id),
        "messaging.message.conversation_id": _text(event.correlation_id),
        "booking.id": _text(event.booking_id),
        "booking.sequence": event.sequence,
    }


def _text(word: str) -> str:
    """Short, and of whole characters: what came from outside may be neither."""
    return word[:TEXT_MOST].encode(errors="replace").decode()
