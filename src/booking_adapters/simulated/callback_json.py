"""Callbacks as JSON: what the webhook carries, read strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from booking_core.application.booking.reason import reason_code
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import PaymentId, RefundId, TenantId, named
from booking_core.domain.kernel.money import Money
from booking_core.ports.payment_webhook import Callback, Told

BODY_BYTES_MOST = 65_536
FIELDS = frozenset(
    {"eventId", "type", "tenantId", "paymentId", "ref", "amount", "reason", "refundId"}
)
OPTIONAL = frozenset({"amount", "reason", "refundId"})
MONEY_FIELDS = frozenset({"amountMinor", "currency"})


def encoded(callback: Callback) -> bytes:
    """Canonical: the same callback, the same bytes."""
    amount = callback.amount
    facts = {
        "eventId": callback.event_id,
        "type": callback.told.value,
        "tenantId": callback.tenant_id,
        "paymentId": callback.payment_id,
        "ref": callback.ref,
        "amount": amount and {"amountMinor": amount.amount_minor, "currency": amount.currency},
        "reason": callback.reason,
        "refundId": callback.refund_id,
    }
    told = {name: fact for name, fact in facts.items() if fact is not None}
    return json.dumps(told, separators=(",", ":"), sort_keys=True).encode()


def decoded(body: bytes) -> Callback:
    """The callback, or InvalidInput: nothing unknown, missing, twice, or of another type."""
    facts = _exactly("body", _parsed(body), FIELDS, OPTIONAL)
    return Callback(
        event_id=named("eventId", facts["eventId"]),
        told=_told(facts["type"]),
        tenant_id=TenantId(named("tenantId", facts["tenantId"])),
        payment_id=PaymentId(named("paymentId", facts["paymentId"])),
        ref=named("ref", facts["ref"]),
        amount=_money(facts["amount"]) if "amount" in facts else None,
        reason=reason_code(facts["reason"]) if "reason" in facts else None,
        refund_id=RefundId(named("refundId", facts["refundId"])) if "refundId" in facts else None,
    )


def _parsed(body: bytes) -> object:
    if len(body) > BODY_BYTES_MOST:
        raise InvalidInput("body", f"at most {BODY_BYTES_MOST} bytes")
    try:
        # A first look at its depth would cost more than the parser's own refusal.
        return json.loads(body.decode("utf-8"), object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError):
        raise InvalidInput("body", "JSON in UTF-8") from None


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    facts = dict(pairs)
    if len(facts) != len(pairs):
        raise InvalidInput("body", "every field once")
    return facts


def _exactly(
    field: str, facts: object, fields: frozenset[str], optional: frozenset[str] = frozenset()
) -> Mapping[str, Any]:
    if type(facts) is not dict:
        raise InvalidInput(field, "an object")
    if not facts.keys() <= fields:
        raise InvalidInput(field, f"no field besides {', '.join(sorted(fields))}")
    missing = sorted(fields - optional - facts.keys())
    if missing:
        raise InvalidInput(missing[0], "a value")
    return facts


def _told(type: object) -> Told:
    for told in Told:
        if told.value == type:
            return told
    raise InvalidInput("type", f"one of {', '.join(Told)}")


def _money(facts: object) -> Money:
    money = _exactly("amount", facts, MONEY_FIELDS)
    if type(money["currency"]) is not str:
        raise InvalidInput("currency", "an ISO 4217 currency code such as EUR")
    return Money(money["amountMinor"], money["currency"])
