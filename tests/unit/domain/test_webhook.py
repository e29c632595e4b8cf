"""The values that webhooks are made of: patterns, secrets, schedules, lifecycles."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_core.domain.kernel.errors import IllegalTransition, InvalidInput
from booking_core.domain.webhook.delivery import (
    DELIVERY_LIFECYCLE,
    DeliveryState,
    DeliveryTrigger,
)
from booking_core.domain.webhook.event_types import matches, valid_patterns
from booking_core.domain.webhook.outcome import Failure, Outcome
from booking_core.domain.webhook.schedule import A_DAY, JITTER_STEPS
from booking_core.domain.webhook.secret import SigningSecret, secret_from, signed_headers
from booking_core.domain.webhook.webhook import Disabled, Health, WebhookState
from tests.contract.builders import NOW
from tests.contract.webhook_builders import BODY, a_delivery, a_webhook

DAY = timedelta(days=1)
NEVER = timedelta(0)


@pytest.mark.parametrize(
    ("pattern", "event_type", "wanted"),
    [
        ("booking.created", "booking.created", True),
        ("booking.created", "booking.cancelled", False),
        ("booking.*", "booking.created", True),
        ("booking.*", "booking.created.twice", True),
        ("booking.*", "booking", False),
        ("booking.*", "bookings.created", False),
        ("*", "payment.completed", True),
    ],
)
def test_a_pattern_means_a_type_or_all_below(pattern: str, event_type: str, wanted: bool) -> None:
    """And nothing that only looks alike."""
    assert matches((pattern,), event_type) is wanted
    assert matches(("other", pattern), event_type) is wanted


@pytest.mark.parametrize(
    "patterns",
    [
        *[(), ("",), ("*.created",), ("booking*",), ("booking.",), (".booking",), ("Booking.*",)],
        *[("booking.*.x",), ("a b",), ("booking.created\n",), ("**",), ("a", "a"), ("a",) * 51],
        tuple(f"a{number}" for number in range(51)),
    ],
)
def test_patterns_that_mean_nothing_are_refused(patterns: tuple[str, ...]) -> None:
    """Where a webhook is made."""
    with pytest.raises(InvalidInput) as refusal:
        valid_patterns(patterns)
    assert refusal.value.field.startswith("events")
    with pytest.raises(InvalidInput):
        a_webhook(events=patterns)


def test_the_signature_is_that_of_the_standard() -> None:
    """The example in the libraries of Standard Webhooks."""
    secret = SigningSecret(text="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    assert secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


@given(bits=st.integers(0, (1 << 256) - 1), body=st.binary(max_size=200))
def test_anybody_with_the_secret_can_verify(bits: int, body: bytes) -> None:
    """By the words of the standard alone."""
    text = secret_from(bits)
    headers = signed_headers([SigningSecret(text=text)], "0198-id", NOW, body)
    assert text.startswith("whsec_")
    key = b64decode(text[6:])
    assert 24 <= len(key) <= 64
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert int(headers["webhook-timestamp"]) == int(NOW.timestamp())


def test_two_secrets_sign_for_a_day_and_never_three() -> None:
    """The newest first; a secret shows nowhere."""
    webhook = a_webhook()
    rotated = webhook.rotated(secret_from(2), NOW, None)
    assert [each.text for each in rotated.signing(NOW)] == [secret_from(2), webhook.secrets[0].text]
    just_before = NOW + DAY - timedelta(microseconds=1)
    assert len(rotated.signing(just_before)) == 2
    assert [each.text for each in rotated.signing(NOW + DAY)] == [secret_from(2)]
    again = rotated.rotated(secret_from(3), NOW, None)
    assert [each.text for each in again.secrets] == [secret_from(3), secret_from(2)]
    headers = signed_headers(rotated.signing(NOW), "id", NOW, BODY)
    assert len(headers["webhook-signature"].split(" ")) == 2
    assert "whsec_" not in repr(again)


def test_a_day_of_retries() -> None:
    """Eleven attempts; each wait is at least the one before, and all of them take about a day."""
    assert A_DAY.attempts_max == 11
    waits = [A_DAY.wait(attempts, 0) for attempts in range(1, 12)]
    assert waits[-1] is None
    known = [wait for wait in waits if wait is not None]
    assert known == sorted(known)
    assert timedelta(hours=23) <= sum(known, NEVER) <= DAY


@given(attempts=st.integers(1, 10), chance=st.integers(0, JITTER_STEPS - 1))
def test_jitter_adds_a_tenth_at_most(attempts: int, chance: int) -> None:
    """It never comes sooner."""
    wait, least = A_DAY.wait(attempts, chance), A_DAY.wait(attempts, 0)
    assert wait is not None
    assert least is not None
    assert least <= wait <= least * 1.1


def test_a_receiver_may_ask_for_a_longer_wait_within_bounds() -> None:
    """A shorter one it does not get, and not for ever."""
    assert A_DAY.wait(1, 0, timedelta(minutes=5)) == timedelta(minutes=5)
    assert A_DAY.wait(1, 0, NEVER) == timedelta(seconds=5)
    assert A_DAY.wait(1, 0, timedelta(days=11)) == timedelta(hours=6)
    assert A_DAY.wait(10, 0, timedelta(days=11)) == timedelta(hours=7)
    assert A_DAY.wait(11, 0, timedelta(days=11)) is None


@pytest.mark.parametrize(("state", "trigger"), list(product(DeliveryState, DeliveryTrigger)))
def test_every_move_of_a_delivery_is_in_its_table(
    state: DeliveryState, trigger: DeliveryTrigger
) -> None:
    """What has ended leaves its end by a replay alone."""
    if DELIVERY_LIFECYCLE.allows(state, trigger):
        following = DELIVERY_LIFECYCLE.after(state, trigger)
        assert (following is DeliveryState.PENDING) == (trigger in {"retry", "replay"})
    else:
        assert state is not DeliveryState.PENDING
        with pytest.raises(IllegalTransition):
            DELIVERY_LIFECYCLE.after(state, trigger)


outcomes = st.one_of(
    st.builds(Outcome, took=st.just(NEVER), status=st.integers(100, 599)),
    st.builds(Outcome, took=st.just(NEVER), failure=st.sampled_from(Failure)),
)


@given(attempts=st.integers(1, 13), outcome=outcomes)
def test_what_becomes_of_an_attempt(attempts: int, outcome: Outcome) -> None:
    """2xx delivers, 410 and a disabled webhook end it, all else is tried for a day."""
    judged = replace(a_delivery(), attempts=attempts).judged(outcome, NOW, A_DAY, 0)
    if outcome.status is not None and outcome.status // 100 == 2:
        assert judged.state is DeliveryState.DELIVERED
    elif outcome.status == 410 or outcome.failure is Failure.DISABLED or attempts >= 11:
        assert judged.state is DeliveryState.FAILED
    else:
        assert judged.state is DeliveryState.PENDING
    assert (judged.next_at is None) == (judged.state is not DeliveryState.PENDING)
    assert judged.next_at is None or judged.next_at > NOW
    assert judged.last is not None
    assert judged.last.outcome == outcome


def test_only_days_without_any_success_lose_a_webhook() -> None:
    """Three of them, and ten attempts: one that fails now and then stays."""
    lost = Health(failures=10, failing_since=NOW)
    assert lost.is_lost(NOW + 3 * DAY)
    assert not lost.is_lost(NOW + 3 * DAY - timedelta(microseconds=1))
    assert not Health(failures=9, failing_since=NOW).is_lost(NOW + 30 * DAY)
    assert not Health().is_lost(NOW)


def test_switching_twice_is_switching_once() -> None:
    """The first reason stands, and so does the revision."""
    disabled = a_webhook().disable(Disabled.GONE)
    assert (disabled.state, disabled.disabled, disabled.revision) == (
        *(WebhookState.DISABLED, Disabled.GONE, 2),
    )
    assert disabled.disable(Disabled.REQUESTED) == disabled
    assert not disabled.wants("booking.created")
    enabled = disabled.enable()
    assert (enabled.disabled, enabled.revision) == (None, 3)
    assert enabled.enable() == enabled
    assert enabled.wants("booking.created")
