"""Bodies that cannot be read, or that two readers could read differently."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.http.site import ANN, SLOT, Site

JSON = {"content-type": "application/json"}

RAW: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 422, "invalid-input"),
    "a blank": (b" ", 400, "malformed-request"),
    "not JSON": (b"{items}", 400, "malformed-request"),
    "half of it": (b'{"items": [', 400, "malformed-request"),
    "two values": (b"{} {}", 400, "malformed-request"),
    "a list": (b"[]", 422, "invalid-input"),
    "a text": (b'"items"', 422, "invalid-input"),
    "null": (b"null", 422, "invalid-input"),
    "NaN": (b'{"items": NaN}', 400, "malformed-request"),
    "Infinity": (b'{"items": -Infinity}', 400, "malformed-request"),
    "a key twice": (b'{"items": [], "items": []}', 400, "malformed-request"),
    "a key twice, once escaped": (b'{"items": [], "\\u0069tems": []}', 400, "malformed-request"),
    "a key twice further down": (
        b'{"items": [{"quantity": 1, "quantity": 2}]}',
        400,
        "malformed-request",
    ),
    "NUL": (b'{"customerId": "\\u0000", "items": []}', 400, "malformed-request"),
    "NUL as it is": (b'{"customerId": "\x00", "items": []}', 400, "malformed-request"),
    "an escape character": (b'{"customerId": "\\u001b[2J", "items": []}', 400, "malformed-request"),
    "half a character": (b'{"customerId": "\\ud800", "items": []}', 400, "malformed-request"),
    "a separator of lines": (
        '{"customerId": "\u2028", "items": []}'.encode(),
        400,
        "malformed-request",
    ),
    "bytes that are not UTF-8": (b'{"customerId": "\xff", "items": []}', 400, "malformed-request"),
    "UTF-16": ('{"items": []}'.encode("utf-16"), 400, "malformed-request"),
    "a byte order mark": (b'\xef\xbb\xbf{"items": []}', 400, "malformed-request"),
    "33 levels": (b'{"items": ' + b"[" * 32 + b"]" * 32 + b"}", 400, "malformed-request"),
    "30 thousand levels": (b"[" * 30_000, 400, "malformed-request"),
    "levels within a text": (
        b'{"customerId": "' + b"[" * 100 + b'", "items": []}',
        422,
        "invalid-input",
    ),
    "a number of 5000 digits": (b'{"items": ' + b"1" * 5000 + b"}", 400, "malformed-request"),
    "a huge exponent": (b'{"items": 1e999999999}', 422, "invalid-input"),
    "1 MB": (b'{"items": "' + b"x" * 1_000_000 + b'"}', 413, "body-too-large"),
    "a byte too many": (b" " * (64 * 1024 + 1), 413, "body-too-large"),
}


@pytest.mark.parametrize(("body", "status", "code"), RAW.values(), ids=RAW.keys())
def test_a_body_that_two_readers_could_read_differently_is_refused(
    town: Site, body: bytes, status: int, code: str
) -> None:
    """What cannot be read is told from what can be read and is wrong."""
    refused = town.call("POST", "/bookings", ANN, content=body, headers=JSON)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "a/b/c",
    ],
)
def test_a_body_of_another_type_is_refused(town: Site, content_type: str) -> None:
    """JSON says that it is JSON."""
    headers = {"content-type": content_type}
    refused = town.call("POST", "/bookings", ANN, content=b'{"items": []}', headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (415, "unsupported-media-type")


@given(body=st.binary(max_size=200))
def test_no_bytes_make_a_server_error(town: Site, body: bytes) -> None:
    """Whatever a body is, it is refused as bad input or read as a request."""
    assert town.call("POST", "/bookings", ANN, content=body, headers=JSON).status_code < 500


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    name=st.sampled_from([*SLOT, "serviceId", "performanceId", "quantity", "unitIds", "category"]),
    value=VALUES,
)
def test_no_value_makes_a_server_error(town: Site, name: str, value: Any) -> None:
    """Whatever stands in a field."""
    body = json.dumps({"items": [SLOT | {name: value}]}).encode("utf-8", "surrogatepass")
    for path, content in (
        ("/bookings", body),
        (
            "/availability/explain",
            json.dumps(SLOT | {name: value}).encode("utf-8", "surrogatepass"),
        ),
    ):
        assert town.call("POST", path, ANN, content=content, headers=JSON).status_code < 500
