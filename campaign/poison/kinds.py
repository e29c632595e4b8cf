"""The kinds of poison, and the code of the dead letter that each has to become."""

from __future__ import annotations

import gzip
import json
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from booking_core.ports.publisher import Message
from campaign.poison.sound import FORGED, STRANGE, created, message, paid

UNREADABLE, WRONG, UNKNOWN = "unreadable-message", "wrong-message", "unknown-message"
UNTRUSTED, FAILED, DIED = "untrusted-message", "handler-failed", "worker-died"
NUMBER, TEXT, LIST, OBJECT = 7, "text", [1], {"a": 1}
# What a handler does when it finds this word in an event's correlation id.
DEEDS = {
    "raise": FAILED,
    "raise-with-nul": FAILED,
    "recurse": FAILED,
    "run-out-of-memory": FAILED,
    "refuse": "invalid-input",
    "not-find": "not-found",
    "exit": DIED,
    "exit-at-once": DIED,
    "kill": DIED,
    "segfault": DIED,
    "abort": DIED,
    "hang": DIED,
    "hang-in-c": DIED,
}


@dataclass(frozen=True, slots=True)
class Kind:
    """`make` makes a new one each time."""

    name: str
    make: Callable[[], Message]
    code: str


def kinds() -> list[Kind]:
    """All of them."""
    return [*_no_json(), *_no_utf8(), *_no_envelope(), *_no_data(), *_untrusted(), *_deeds()]


def _bytes(name: str, body: bytes, code: str = UNREADABLE) -> Kind:
    return Kind(name, lambda: message(body), code)


def _no_json() -> Iterator[Kind]:
    whole = json.dumps(created()).encode()
    for name, body in {
        "empty": b"",
        "a word": b"nonsense",
        "cut off": whole[:-20],
        "something behind": whole + b"}",
        "two at once": whole + b"\n" + whole,
        "single quotes": whole.replace(b'"', b"'"),
        "a comment": b"/* */" + whole,
        "NaN": whole.replace(b"4550", b"NaN"),
        "Infinity": whole.replace(b"4550", b"-Infinity"),
        "a key twice": whole.replace(b'"eventId"', b'"tenantId": "x", "eventId"', 1),
        "very deep": b"[" * 50_000,
        "deep and closed": b'{"a":' * 500 + b"1" + b"}" * 500,
        "a number of 5,000 digits": whole.replace(b"4550", b"9" * 5000),
        "NUL in a text": whole.replace(b'"ada"', b'"a\\u0000b"'),
        "half a surrogate pair": whole.replace(b'"ada"', b'"\\ud800"'),
        "a list": b"[]",
        "null": b"null",
        "a text": b'"text"',
        "XML": b"<event/>",
    }.items():
        yield _bytes(name, body)
    yield _bytes("an exponent without end", whole.replace(b"4550", b"1e999999999"), WRONG)
    for size in (65_537, 1_000_000):
        yield _bytes(f"{size} bytes", b" " * (size - len(whole)) + whole)
    for content_type in (
        "application/x-python-serialize",
        "application/x-yaml",
        "application/x-msgpack",
        "text/plain",
        "",
    ):
        yield Kind(
            f"content type {content_type or 'without a name'}",
            lambda content_type=content_type: message(created(), content_type=content_type or " "),  # type: ignore[misc]
            UNREADABLE,
        )
    yield _bytes("pickle called JSON", pickle.dumps(created()))
    yield _bytes("YAML called JSON", b"!!python/object/apply:os.system ['true']")
    yield Kind(
        "pickle called pickle",
        lambda: message(pickle.dumps(created()), content_type="application/x-python-serialize"),
        UNREADABLE,
    )


def _no_utf8() -> Iterator[Kind]:
    text = json.dumps(created()).replace("ada", "adé")
    for encoding in ("latin-1", "utf-16", "utf-32"):
        yield _bytes(encoding, text.encode(encoding))
    yield _bytes("a byte order mark", text.encode("utf-8-sig"))
    yield _bytes("overlong", text.encode().replace("é".encode(), b"\xc0\xaf"))
    yield _bytes("surrogates in bytes", text.encode().replace("é".encode(), b"\xed\xa0\x80"))
    yield _bytes("gzip", gzip.compress(text.encode()))


def _no_envelope() -> Iterator[Kind]:
    for field in created():
        yield Kind(f"no {field}", lambda field=field: message(_without(created(), field)), WRONG)  # type: ignore[misc]
        wrong = TEXT if field in {"sequence", "schemaVersion", "data"} else NUMBER
        for value in (wrong, LIST):
            yield _wrong(f"{field} is {value}", created, field, value)
    yield _wrong("a field too many", created, "colour", "red")
    yield _wrong("a time without an offset", created, "timestamp", "2030-01-07T12:00:00")
    yield _wrong("sequence nought", created, "sequence", 0)
    yield _wrong("sequence true", created, "sequence", True)
    yield _wrong("another booking within", created, "aggregateId", "another")
    yield _wrong("an unknown type", created, "eventType", "booking.sublimated", UNKNOWN)
    yield _wrong("a version to come", created, "schemaVersion", 99, UNKNOWN)
    yield _wrong("a tenant that is none of ours", created, "tenantId", "nobody", "not-found")


def _no_data() -> Iterator[Kind]:
    for make in (created, paid):
        for field in make()["data"]:
            yield Kind(
                f"{make.__name__}: no data.{field}",
                lambda make=make, field=field: message(_within(make, _without, field)),  # type: ignore[misc]
                WRONG,
            )
            wrong = TEXT if field in {"items", "price", "amount", "attempt"} else NUMBER
            for value in (wrong, OBJECT):
                yield Kind(
                    f"{make.__name__}: data.{field} is {value}",
                    lambda make=make, field=field, value=value: message(  # type: ignore[misc]
                        make(data=make()["data"] | {field: value})
                    ),
                    WRONG,
                )
    yield Kind(
        "a field too many within",
        lambda: message(created(data=created()["data"] | {"a": 1})),
        WRONG,
    )


def _untrusted() -> Iterator[Kind]:
    yield Kind("unsigned", lambda: message(created(), signing=None), UNTRUSTED)
    yield Kind("signed by a stranger", lambda: message(created(), signing=STRANGE), UNTRUSTED)
    yield Kind("signed with a wrong secret", lambda: message(created(), signing=FORGED), UNTRUSTED)
    for header in ("", "key=campaign", "key=campaign,v1=" + "0" * 64):
        yield Kind(
            f"signature {header[:20] or 'empty'}",
            lambda header=header: message(created(), signing=None, booking_signature=header),  # type: ignore[misc]
            UNTRUSTED,
        )
    yield Kind("changed after it was signed", _changed, UNTRUSTED)


def _changed() -> Message:
    sound = message(created())
    return Message(
        key=sound.key,
        topic=sound.topic,
        body=sound.body.replace(b"4550", b"1"),
        headers=sound.headers,
    )


def _deeds() -> Iterator[Kind]:
    for deed, code in DEEDS.items():
        yield Kind(
            f"a handler that has to {deed}",
            lambda deed=deed: message(created(correlationId=f"poison:{deed}")),  # type: ignore[misc]
            code,
        )


def _wrong(
    name: str, make: Callable[..., dict[str, Any]], field: str, value: object, code: str = WRONG
) -> Kind:
    return Kind(name, lambda: message(make(**{field: value})), code)


def _within(
    make: Callable[..., dict[str, Any]],
    change: Callable[[dict[str, Any], str], dict[str, Any]],
    field: str,
) -> dict[str, Any]:
    facts = make()
    return facts | {"data": change(facts["data"], field)}


def _without(facts: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name != field}
