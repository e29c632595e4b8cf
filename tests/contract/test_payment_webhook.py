"""What every payment provider's webhook promises."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking_adapters.memory.clock import ManualClock
from booking_adapters.simulated.payment_webhook import SimulatedWebhook
from booking_core.domain.kernel.currencies import EXPONENTS
from booking_core.domain.kernel.ids import PaymentId, RefundId, TenantId
from booking_core.domain.kernel.money import Money
from booking_core.ports.payment_webhook import Callback, PaymentWebhook, SignatureRefused, Told

MORNING = datetime(2030, 1, 7, 8, tzinfo=UTC)
OLD, NEW, THEIRS = "old" * 12, "new" * 12, "not" * 12
TOLERANCE = timedelta(seconds=300)
DIGEST = "0" * 64
MALFORMED = [
    "",
    "\0",
    "t=1",
    f"v1={DIGEST}",
    "t=,v1=",
    "t=1,v1=é",
    f"t=-1,v1={DIGEST}",
    f"t=1e9,v1={DIGEST}",
    f"t=\N{ARABIC-INDIC DIGIT ONE},v1={DIGEST}",
    f"t={'9' * 13},v1={DIGEST}",
    f"t=1, v1={DIGEST}",
    f"t=1\n,v1={DIGEST}",
    f"t=1,v1={DIGEST}\n",
    f"t=1,v1={DIGEST}0",
    f"t=1,v1={DIGEST[1:]}",
    f"t=1,v1={'A' * 64}",
]


def a_callback(told: Told = Told.COMPLETED, **facts: Any) -> Callback:
    """Forty euros have come; or, with other facts, something else has."""
    usual = {"event_id": "e-1", "tenant_id": TenantId("acme"), "payment_id": PaymentId("p-1")}
    money = {"amount": Money(4000, "EUR")} if told in (Told.COMPLETED, Told.REFUNDED) else {}
    reason = {"reason": "declined"} if told is Told.FAILED else {}
    return Callback(told=told, ref="sim-1", **usual | money | reason | facts)


@dataclass(frozen=True)
class Post:
    """Our end of the provider's webhook, and the provider's own."""

    webhook: PaymentWebhook
    clock: ManualClock
    signed: Callable[[Callback], tuple[Mapping[str, str], bytes]]
    signed_by: Callable[[str, Callback], tuple[Mapping[str, str], bytes]]


@pytest.fixture(params=["simulated"])
def post(request: pytest.FixtureRequest) -> Post:
    """Two secrets are active, and the provider signs with the first."""
    clock = ManualClock(MORNING)
    ours = SimulatedWebhook(clock, secrets=(NEW, OLD))
    return Post(
        webhook=ours,
        clock=clock,
        signed=ours.signed,
        signed_by=lambda secret, told: SimulatedWebhook(clock, secrets=(secret,)).signed(told),
    )


names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:|@+-]{0,127}", fullmatch=True)
amounts = st.builds(Money, st.integers(1, 10**15), st.sampled_from(sorted(EXPONENTS)))
reasons = st.from_regex(r"[a-z][a-z0-9_]{0,63}", fullmatch=True)


@st.composite
def callbacks(draw: st.DrawFn) -> Callback:
    """Draw anything that can be told."""
    told = draw(st.sampled_from(Told))
    facts: dict[str, Any] = {
        "event_id": draw(names),
        "tenant_id": TenantId(draw(names)),
        "payment_id": PaymentId(draw(names)),
    }
    if told in (Told.COMPLETED, Told.REFUNDED):
        facts["amount"] = draw(amounts)
    if told is Told.FAILED:
        facts["reason"] = draw(reasons)
    if told is Told.REFUNDED:
        facts["refund_id"] = draw(st.none() | names.map(RefundId))
    return a_callback(told, **facts)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(callbacks())
def test_what_is_told_is_what_is_heard(post: Post, told: Callback) -> None:
    """Every callback survives its journey unchanged."""
    assert tuple(post.webhook.callbacks(*post.signed(told))) == (told,)


def test_a_replay_is_heard_again(post: Post) -> None:
    """The signature does not forbid it: that it has no effect is the use cases' promise."""
    request = post.signed(a_callback())
    assert post.webhook.callbacks(*request) == post.webhook.callbacks(*request)


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_each_active_secret_signs(post: Post, secret: str) -> None:
    """So that a secret can be changed without losing what is on its way."""
    told = a_callback()
    assert tuple(post.webhook.callbacks(*post.signed_by(secret, told))) == (told,)


def refusal(post: Post, headers: Mapping[str, str], body: bytes) -> str:
    """Say why the signature is refused."""
    with pytest.raises(SignatureRefused) as refused:
        post.webhook.callbacks(headers, body)
    return refused.value.reason


def test_another_secret_does_not_sign(post: Post) -> None:
    """Whoever does not know a secret tells us nothing."""
    assert refusal(post, *post.signed_by(THEIRS, a_callback())) == "wrong"


def test_the_signature_covers_every_byte(post: Post) -> None:
    """No byte of the body can be changed, left out, or added."""
    headers, body = post.signed(a_callback())
    for index in range(len(body)):
        flipped = body[:index] + bytes([body[index] ^ 1]) + body[index + 1 :]
        assert refusal(post, headers, flipped) == "wrong"
    assert refusal(post, headers, body[:-1]) == "wrong"
    assert refusal(post, headers, body + b" ") == "wrong"


def test_the_same_json_in_other_bytes_is_not_signed(post: Post) -> None:
    """What is judged are the raw bytes, not what they mean."""
    headers, body = post.signed(a_callback())
    assert refusal(post, headers, json.dumps(json.loads(body), indent=1).encode()) == "wrong"


@pytest.mark.parametrize("ago", [TOLERANCE, -TOLERANCE])
def test_a_signature_is_good_for_five_minutes(post: Post, ago: timedelta) -> None:
    """Either way, for clocks differ; a second more, and it is outdated."""
    request = post.signed(a_callback())
    post.clock.advance(ago)
    assert len(post.webhook.callbacks(*request)) == 1
    post.clock.advance(timedelta(seconds=1) if ago > timedelta(0) else timedelta(seconds=-1))
    assert refusal(post, *request) == "outdated"


def test_the_time_is_signed_too(post: Post) -> None:
    """An old request does not become a new one by another time in its header."""
    headers, body = post.signed(a_callback())
    post.clock.advance(timedelta(hours=1))
    later, _ = post.signed(a_callback())
    for name, value in headers.items():
        (time, digest), (now, _) = _halves(value), _halves(later[name])
        if digest:
            assert refusal(post, {**headers, name: f"{now},{digest}"}, body) == "wrong"
            assert time != now


def _halves(header: str) -> tuple[str, str]:
    time, _, digest = header.partition(",")
    return time, digest


def test_without_a_signature_nothing_is_heard(post: Post) -> None:
    """A missing header is refused before the body is looked at."""
    assert refusal(post, {}, b"not even JSON") == "missing"


@pytest.mark.parametrize("header", MALFORMED, ids=repr)
def test_a_signature_that_is_none_is_malformed(post: Post, header: str) -> None:
    """Whatever stands in the header, the answer is a refusal."""
    headers, body = post.signed(a_callback())
    signed = {name: header if "," in value else value for name, value in headers.items()}
    assert refusal(post, signed, body) == "malformed"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(), st.binary())
def test_a_forger_hears_one_of_four_reasons(post: Post, header: str, body: bytes) -> None:
    """No header and no body gets in, or gets another answer."""
    headers, _ = post.signed(a_callback())
    forged = dict.fromkeys(headers, header)
    assert refusal(post, forged, body) in {"malformed", "wrong", "outdated"}
