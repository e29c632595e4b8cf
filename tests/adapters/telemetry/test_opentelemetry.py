"""One trace, from the request to whoever hears of it last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from booking_adapters.environment import InvalidSetting
from booking_adapters.messages.envelope import EnvelopeCodec
from booking_adapters.telemetry.asked import Asked
from booking_adapters.telemetry.opentelemetry import tracing
from booking_adapters.telemetry.opentelemetry.headers import with_traceparent
from booking_adapters.telemetry.opentelemetry.ids import (
    TRACEPARENT,
    parent_in,
    span_id_of,
    trace_id_of,
    traceparent,
)
from booking_adapters.telemetry.opentelemetry.requests import OtelRequests
from booking_adapters.telemetry.opentelemetry.sampler import ShareOfTraces
from booking_adapters.telemetry.opentelemetry.telemetry import OtelTelemetry
from booking_adapters.telemetry.opentelemetry.tracing import open_tracing, tracer_provider
from booking_core.domain.kernel.errors import Busy
from booking_core.domain.kernel.ids import CorrelationId
from booking_core.ports.outbox import SHARDS
from booking_core.ports.publisher import NotPublished
from booking_core.ports.unit_of_work import Taken
from tests.contract.test_telemetry import event, incoming
from tests.unit.application.house import ANN, BOB, ROOM, House, stay


class Watching:
    """Several processes' telemetry that all tell one exporter."""

    def __init__(self, share: float = 1.0) -> None:
        """Nothing was told yet."""
        self.exporter = InMemorySpanExporter()
        self._share = share

    def process(self) -> tuple[OtelTelemetry, OtelRequests]:
        """One more, with a provider of its own."""
        provider = tracer_provider(self._share)
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        tracer = provider.get_tracer("test")
        return OtelTelemetry(tracer), OtelRequests(tracer)

    @property
    def spans(self) -> list[ReadableSpan]:
        """All that have ended."""
        return list(self.exporter.get_finished_spans())

    def named(self, name: str) -> ReadableSpan:
        """The one of that name."""
        (span,) = [span for span in self.spans if span.name == name]
        return span

    def parents(self) -> Mapping[str, str | None]:
        """The name of each one's parent, by its own; one that is not here has none."""
        names = {span.context.span_id: span.name for span in self.spans if span.context}
        return {span.name: span.parent and names.get(span.parent.span_id) for span in self.spans}


@pytest.fixture
def watching() -> Watching:
    """Nothing has happened."""
    return Watching()


def test_one_trace_from_request_to_consumer(watching: Watching) -> None:
    """Each in a process of its own, with nothing between them but the event itself."""
    engine, requests = watching.process()
    house = House(telemetry=engine)
    correlation = CorrelationId(str(uuid4()))
    asked = Asked(method="POST", correlation_id=correlation)
    with requests.answering(asked):
        house.book(stay(ROOM), by=replace(ANN, correlation_id=correlation))
        asked.route, asked.status = "/bookings", 201
    (unsent,) = house.storage.outbox.unsent(range(SHARDS), 10)
    relay, _ = watching.process()
    with relay.publishing([unsent.event]):
        message = EnvelopeCodec().encode(unsent.event)
    consumer, _ = watching.process()
    heard = EnvelopeCodec().decode(message)
    with (
        consumer.handling("payments", [heard]),
        consumer.acting("StartPayment", heard.correlation_id),
    ):
        pass
    assert {span.context.trace_id for span in watching.spans if span.context} == {
        UUID(correlation).int
    }
    assert watching.parents() == {
        "POST /bookings": None,
        "CreateBooking": "POST /bookings",
        "write booking.created": "CreateBooking",
        "publish booking.created": "write booking.created",
        "payments handles booking.created": "write booking.created",
        "StartPayment": "payments handles booking.created",
    }


def test_other_systems_continue_the_trace_by_the_header(watching: Watching) -> None:
    """It names the span in which the event was written."""
    telemetry, _ = watching.process()
    told = event()
    with telemetry.committing([told]):
        pass
    message = with_traceparent(EnvelopeCodec().encode)(told)
    parent, written = (
        parent_in(message.headers[TRACEPARENT]),
        watching.named("write booking.created"),
    )
    assert parent is not None
    assert written.context is not None
    assert (parent.trace_id, parent.span_id) == (written.context.trace_id, written.context.span_id)
    assert message.body == EnvelopeCodec().encode(told).body


def test_messages_handled_together_keep_their_traces(watching: Watching) -> None:
    """What one of them causes is in its own trace."""
    telemetry, _ = watching.process()
    ids = [CorrelationId("one"), CorrelationId("two")]
    messages = [
        replace(incoming(number), type=f"booking.{id}", correlation_id=id)
        for number, id in enumerate(ids)
    ]
    with telemetry.handling("stats", messages), telemetry.acting("Count", ids[1]):
        pass
    assert watching.parents()["Count"] == "stats handles booking.two"


def test_a_caller_in_another_trace_is_linked_to(watching: Watching) -> None:
    """One that is in the trace of the correlation id is the parent."""
    _, requests = watching.process()
    correlation = str(uuid4())
    own, other = f"00-{UUID(correlation).hex}-{5:016x}-01", f"00-{7:032x}-{5:016x}-00"
    for header in (own, other, "nonsense", f"00-{0:032x}-{5:016x}-01"):
        with requests.answering(
            Asked(method="GET", correlation_id=correlation, traceparent=header)
        ):
            pass
    continued, linked, *odd = watching.spans
    assert continued.parent is not None
    assert continued.parent.span_id == 5
    assert linked.parent is None
    assert [link.context.trace_id for link in linked.links] == [7]
    assert [(span.parent, len(span.links)) for span in odd] == [(None, 0)] * 2


def test_how_it_ended_is_told_by_codes_alone(watching: Watching) -> None:
    """A refusal is no error of ours; what a message says stays out of the trace."""
    telemetry, _ = watching.process()
    house = House(telemetry=telemetry)
    house.book(stay(ROOM))
    with pytest.raises(Taken):
        house.book(stay(ROOM), by=BOB)
    refused = watching.spans[-1]
    assert (refused.attributes or {})["error.type"] == "taken"
    assert refused.status.status_code is StatusCode.UNSET
    with pytest.raises(KeyError), telemetry.acting("Odd", None):
        raise KeyError("canary")
    fault = watching.named("Odd")
    assert fault.status.status_code is StatusCode.ERROR
    assert "canary" not in fault.to_json()


def test_what_a_broker_refused_is_marked(watching: Watching) -> None:
    """And not what it took of the same batch."""
    telemetry, _ = watching.process()
    events = [event(1, "booking.created"), event(2, "booking.expired")]
    with pytest.raises(NotPublished), telemetry.publishing(events):
        raise NotPublished("no", frozenset({1}))
    codes = {span.name: span.status.status_code for span in watching.spans}
    assert codes["publish booking.created"] is StatusCode.ERROR
    assert codes["publish booking.expired"] is StatusCode.UNSET


def test_a_commit_without_correlation_is_linked_to_its_use_case(watching: Watching) -> None:
    """The engine then makes an id for the event, which the use case could not know."""
    telemetry, _ = watching.process()
    House(telemetry=telemetry).book(stay(ROOM))
    act, written = watching.named("CreateBooking"), watching.named("write booking.created")
    assert written.parent is None
    assert [link.context.span_id for link in written.links] == [act.context and act.context.span_id]


@given(st.text(max_size=100))
def test_any_id_makes_a_valid_trace(text: str) -> None:
    """The same in every process, and never none."""
    assert 0 < trace_id_of(text) < 1 << 128
    assert trace_id_of(text) == trace_id_of(text)
    assert 0 < span_id_of(text) < 1 << 64


@given(st.uuids())
def test_a_uuid_is_its_own_trace(uuid: UUID) -> None:
    """So that one is found by the other."""
    assert trace_id_of(str(uuid)) == trace_id_of(uuid.hex) == uuid.int


def test_all_processes_keep_the_same_share_of_traces() -> None:
    """Of ids that are UUIDs too, whose bits are not all random."""
    ids = [uuid4().int for _ in range(4000)]
    one, other = ShareOfTraces(0.25), ShareOfTraces(0.25)
    kept = [id for id in ids if one.keeps(id)]
    assert kept == [id for id in ids if other.keeps(id)]
    assert 800 < len(kept) < 1200
    assert all(map(ShareOfTraces(1).keeps, ids))
    assert not any(map(ShareOfTraces(0).keeps, ids))


def test_what_is_not_kept_costs_no_span() -> None:
    """And everything works as it does where all is kept."""
    watching = Watching(share=0)
    telemetry, requests = watching.process()
    with requests.answering(Asked(method="GET", correlation_id="x")):
        House(telemetry=telemetry).book(stay(ROOM))
    assert watching.spans == []


def test_spans_go_to_a_file(tmp_path: Path) -> None:
    """A line of JSON each."""
    path = tmp_path / "spans.jsonl"
    provider = open_tracing(str(path), 1.0)
    with pytest.raises(Busy), OtelTelemetry(provider.get_tracer("test")).acting("Act", None):
        raise Busy("away")
    provider.shutdown()
    (line,) = path.read_text().splitlines()
    assert json.loads(line)["name"] == "Act"


@pytest.mark.parametrize("to", ["/nowhere/at/all", "otlp"])
def test_where_spans_cannot_go_is_said_at_once(to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the setting's name; an exporter that is not installed, with what to install."""
    monkeypatch.setattr(tracing, "OTLP_MODULE", "booking_adapters.nowhere")
    with pytest.raises(InvalidSetting) as refused:
        open_tracing(to, 1.0)
    assert refused.value.name == "BOOKING_TRACES"


def test_a_header_is_read_as_it_is_written() -> None:
    """By the standard."""
    header = f"00-{'ab' * 16}-{'cd' * 8}-01"
    context = parent_in(header)
    assert context is not None
    assert traceparent(context) == header
