"""The webhook's body: exactly a callback, or a refusal that names what is wrong."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_adapters.simulated.callback_json import BODY_BYTES_MOST, decoded, encoded
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.money import Money
from booking_core.ports.payment_webhook import Told

COMPLETED: dict[str, Any] = {
    "eventId": "e-1",
    "type": "payment.completed",
    "tenantId": "acme",
    "paymentId": "p-1",
    "ref": "sim-1",
    "amount": {"amountMinor": 4000, "currency": "EUR"},
}
BARE = {name: fact for name, fact in COMPLETED.items() if name != "amount"}
ABSENT = object()


def refused(body: bytes) -> str:
    """Name the field for which the body is refused."""
    with pytest.raises(InvalidInput) as refusal:
        decoded(body)
    return refusal.value.field


def body_with(facts: dict[str, Any] = COMPLETED, /, **changed: Any) -> bytes:
    """The facts with some of them changed, or taken away."""
    told = {name: fact for name, fact in (facts | changed).items() if fact is not ABSENT}
    return json.dumps(told).encode()


def test_a_body_is_a_callback() -> None:
    """Every field arrives where it belongs, and is written as it was read."""
    callback = decoded(body_with())
    assert (callback.told, callback.amount) == (Told.COMPLETED, Money(4000, "EUR"))
    assert json.loads(encoded(callback)) == COMPLETED


@pytest.mark.parametrize("field", ["eventId", "type", "tenantId", "paymentId", "ref", "amount"])
def test_a_missing_field_is_named(field: str) -> None:
    """Nothing is guessed for what is not there."""
    assert refused(body_with(**{field: ABSENT})) == field


@pytest.mark.parametrize("field", sorted(COMPLETED))
@pytest.mark.parametrize(
    "fact", [None, 1, 1.5, True, [], "", "\0", "a b", "é", "x" * 129, "\ud800"], ids=repr
)
def test_a_field_of_another_type_is_named(field: str, fact: object) -> None:
    """A number is not a text, nothing is not a value, and a name is made of few letters."""
    assert refused(body_with(**{field: fact})) == field


@pytest.mark.parametrize("minor", ["1", 1.0, True, None, 10**15 + 1, 0, -1], ids=repr)
def test_an_amount_is_a_whole_positive_number(minor: object) -> None:
    """Money has no fractions, no quotes, and no minus."""
    amount = {"amountMinor": minor, "currency": "EUR"}
    assert refused(body_with(amount=amount)) in {"amountMinor", "amount"}


@pytest.mark.parametrize("currency", ["eur", "EURO", "XXX", None, 978, []], ids=repr)
def test_a_currency_is_in_the_standard(currency: object) -> None:
    """Nothing is paid in a currency that there is not."""
    assert refused(body_with(amount={"amountMinor": 1, "currency": currency})) == "currency"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (BARE | {"type": "payment.failed"}, "reason"),
        (BARE | {"type": "payment.failed", "reason": "Because!"}, "reason"),
        (COMPLETED | {"type": "payment.failed", "reason": "declined"}, "amount"),
        (COMPLETED | {"type": "payment.processing"}, "amount"),
        (BARE | {"type": "payment.processing", "reason": "declined"}, "reason"),
        (COMPLETED | {"reason": "declined"}, "reason"),
        (COMPLETED | {"refundId": "r-1"}, "refundId"),
        (BARE | {"type": "payment.refunded", "refundId": "r-1"}, "amount"),
        (COMPLETED | {"type": "payment.refunded", "refundId": None}, "refundId"),
        (COMPLETED | {"type": "payment.stolen"}, "type"),
    ],
)
def test_each_type_has_its_own_fields(facts: dict[str, Any], field: str) -> None:
    """What does not belong to what is told is refused, like what is missing."""
    assert refused(body_with(facts)) == field


def test_unknown_fields_are_refused() -> None:
    """At the top and within the amount."""
    assert refused(body_with(colour="red")) == "body"
    amount = {"amountMinor": 1, "currency": "EUR", "tip": 1}
    assert refused(body_with(amount=amount)) == "amount"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"payment.completed"',
        b"{",
        b"\xff\xfe",
        "{}".encode("utf-16"),
        b"\xef\xbb\xbf" + body_with(),
        b'{"amount": NaN}',
        b'{"amount": 1e999}',
        b'{"amount": Infinity}',
        b'{"amount": ' + b"9" * 5000 + b"}",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        body_with() + b"{}",
        body_with().replace(b'"ref"', b'"ref": "sim-2", "ref"'),
        body_with().replace(b'"currency"', b'"currency": "USD", "currency"'),
        body_with() + b" " * BODY_BYTES_MOST,
    ],
    ids=range(18),
)
def test_what_is_not_one_json_object_is_refused(body: bytes) -> None:
    """Neither broken, nor deep, nor long, nor ambiguous JSON is read."""
    assert refused(body) in {"body", "eventId"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(sorted(COMPLETED)) | st.text(), inner, max_size=7)
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused(facts: object) -> None:
    """No JSON value makes anything else than a callback or a refusal."""
    with suppress(InvalidInput):
        assert json.loads(encoded(decoded(json.dumps(facts).encode()))) == facts
