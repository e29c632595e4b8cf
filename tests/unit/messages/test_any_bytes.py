"""Whatever arrives, a codec reads it or refuses it: nothing else ever happens."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_adapters.messages.codec import Codec
from booking_adapters.messages.dialects.appointments import AppointmentsCodec
from booking_adapters.messages.dialects.masstransit import MassTransitCodec
from booking_adapters.messages.dialects.parking import ParkingCodec
from booking_adapters.messages.dialects.ticketing import TicketingCodec
from booking_adapters.messages.envelope import EnvelopeCodec
from booking_core.domain.kernel.ids import DEFAULT_TENANT
from booking_core.domain.kernel.incoming import UnknownMessage, UnreadableMessage, WrongMessage
from tests.unit.messages.samples import csharp, masstransit, message, texts
from tests.unit.messages.whole_life import every_event

REFUSED = UnknownMessage, UnreadableMessage, WrongMessage
CODECS: dict[str, Codec] = {
    "canonical": EnvelopeCodec(),
    "000": MassTransitCodec("Booking.Events"),
    "002": ParkingCodec(DEFAULT_TENANT),
    "003": AppointmentsCodec(),
    "004": TicketingCodec(DEFAULT_TENANT, "EUR"),
}
GOOD: dict[str, list[Any]] = {
    "canonical": [json.loads(EnvelopeCodec().encode(event).body) for event in every_event()],
    "000": [masstransit(name) for name in csharp()],
    "002": [json.loads(text) for text in texts("002.json")],
    "003": [json.loads(text) for text in texts("003.json")],
    "004": [json.loads(text) for text in texts("004.json")],
}
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["", "-0", "1e999", "9999-12-31T23:59:59-23:59", "2030-01-01T00:00:60Z"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def places(facts: Any) -> list[tuple[Any, Any]]:
    """Everything within, as (what it is in, under which name or number)."""
    found = []
    for name, value in facts.items() if isinstance(facts, dict) else enumerate(facts):
        found.append((facts, name))
        if isinstance(value, dict | list):
            found += places(value)
    return found


@pytest.mark.parametrize("dialect", CODECS)
@given(body=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(dialect: str, body: bytes) -> None:
    """No message can end the process that reads it."""
    with suppress(*REFUSED):
        CODECS[dialect].decode(message(body))


@pytest.mark.parametrize("dialect", CODECS)
@given(data=st.data())
def test_a_message_with_something_else_in_it_is_read_or_refused(
    dialect: str, data: st.DataObject
) -> None:
    """Wherever in it, and whatever it is."""
    spoilt = json.loads(json.dumps(data.draw(st.sampled_from(GOOD[dialect]))))
    for _ in range(data.draw(st.integers(1, 3))):
        within, name = data.draw(st.sampled_from(places(spoilt)))
        within[name] = data.draw(values)
    with suppress(*REFUSED):
        CODECS[dialect].decode(message(spoilt))


@pytest.mark.parametrize("dialect", CODECS)
@given(data=st.data())
def test_a_message_that_is_cut_short_is_refused(dialect: str, data: st.DataObject) -> None:
    """Half a message is none."""
    body = json.dumps(data.draw(st.sampled_from(GOOD[dialect]))).encode()
    with pytest.raises(UnreadableMessage):
        CODECS[dialect].decode(message(body[: data.draw(st.integers(0, len(body) - 1))]))
