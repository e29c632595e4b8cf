"""Where signing is on, nothing is looked at that none of our keys signed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from booking_adapters.messages.dialects.appointments import AppointmentsCodec
from booking_adapters.messages.envelope import EnvelopeCodec
from booking_adapters.messages.signature import SIGNATURE, SignedCodec, Signing
from booking_adapters.secret import Secret
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.incoming import UntrustedMessage
from tests.unit.messages.whole_life import every_event

OLD, NEW = Secret("o" * 32), Secret("n" * 32)
EVENT = every_event()[0]


def codec(signs_with: str, **secrets: Secret) -> SignedCodec:
    """Our envelope, signed."""
    return SignedCodec(EnvelopeCodec(), Signing(secrets=secrets, signs_with=signs_with))


def test_a_signed_message_is_read() -> None:
    """By whoever shares the key."""
    signed = codec("old", old=OLD)
    sent = signed.encode(EVENT)
    assert sent is not None
    assert signed.decode(sent) == EnvelopeCodec().decode(sent)


def test_the_signature_is_hmac_sha256_over_the_body() -> None:
    """Receivers in other languages compute it from this description alone."""
    signing = Signing(secrets={"k1": Secret("k" * 32)}, signs_with="k1")
    digest = "0" * 64
    with pytest.raises(UntrustedMessage, match="wrong"):
        signing.verify(f"key=k1,v1={digest}", b"{}")
    assert signing.sign(b"{}") == (
        "key=k1,v1=3ee8b232b00d38a65125697b8ca96902d432dd558eb14939ffda0723647e7f81"
    )


def test_a_key_is_changed_without_a_gap() -> None:
    """All learn the new one while the old one signs; then the new one signs."""
    both = codec("old", old=OLD, new=NEW)
    for signs in (codec("old", old=OLD), codec("new", new=NEW), both):
        sent = signs.encode(EVENT)
        assert sent is not None
        assert both.decode(sent).event_id == EVENT.event_id


FORGED = {
    "none": (None, "missing"),
    "empty": ("", "malformed"),
    "no digest": ("key=old,v1=", "malformed"),
    "another version": ("key=old,v2=" + "0" * 64, "malformed"),
    "capitals": ("key=old,v1=" + "A" * 64, "malformed"),
    "nobody's key": ("key=mine,v1=" + "0" * 64, "of an unknown key"),
    "a guess": ("key=old,v1=" + "0" * 64, "wrong"),
}


@pytest.mark.parametrize(("header", "reason"), FORGED.values(), ids=FORGED)
def test_a_forgery_is_refused_before_the_body_is_looked_at(header: str | None, reason: str) -> None:
    """Though the body is not even JSON."""
    sent = codec("old", old=OLD).encode(EVENT)
    assert sent is not None
    headers = {} if header is None else {SIGNATURE: header}
    with pytest.raises(UntrustedMessage) as refused:
        codec("old", old=OLD).decode(replace(sent, body=b"\x80", headers=headers))
    assert refused.value.reason == reason


def test_a_body_that_was_touched_is_refused() -> None:
    """One byte is enough, and so is the signature of another message."""
    signed = codec("old", old=OLD)
    sent, other = signed.encode(EVENT), signed.encode(every_event()[1])
    assert sent is not None
    assert other is not None
    for forged in (replace(sent, body=sent.body + b" "), replace(sent, headers=other.headers)):
        with pytest.raises(UntrustedMessage, match="wrong"):
            signed.decode(forged)


def test_a_format_without_a_word_for_it_has_no_signature_either() -> None:
    """Signing changes nothing about what is told."""
    signing = Signing(secrets={"old": OLD}, signs_with="old")
    rearranged = replace(EVENT, type="booking.rearranged")
    assert SignedCodec(AppointmentsCodec(), signing).encode(rearranged) is None


@pytest.mark.parametrize(
    ("secrets", "signs_with"),
    [({"old": Secret("short")}, "old"), ({"old": OLD}, "new"), ({"o,d": OLD}, "o,d")],
    ids=["a short secret", "a key nobody knows", "a key that no header can name"],
)
def test_weak_or_wrong_keys_are_refused_at_once(
    secrets: dict[str, Secret], signs_with: str
) -> None:
    """Not when the first message comes."""
    with pytest.raises(InvalidInput):
        Signing(secrets=secrets, signs_with=signs_with)


def test_no_secret_is_shown() -> None:
    """Wherever the keys are printed."""
    assert "ooo" not in repr(codec("old", old=OLD))
