"""What of a message is kept, whatever somebody put into it."""

from __future__ import annotations

from dataclasses import replace

from booking_core.ports.publisher import Message

BODY_BYTES_MOST = 131_072  # Twice what any format reads: cut there, it is still too large.
WORD_LONGEST = 255  # RabbitMQ's own limit for a routing key.
HEADERS_MOST, HEADER_LONGEST = 64, 4096


def keepable(message: Message) -> Message:
    """The message within bounds, with texts that every database can hold."""
    headers = {
        _text(name, WORD_LONGEST): _text(value, HEADER_LONGEST)
        for name, value in list(message.headers.items())[:HEADERS_MOST]
    }
    return replace(
        message,
        key=_text(message.key, WORD_LONGEST),
        topic=_text(message.topic, WORD_LONGEST),
        body=message.body[:BODY_BYTES_MOST],
        headers=headers,
    )


def _text(text: str, longest: int) -> str:
    return text[:longest].encode(errors="replace").decode().replace("\0", "�")
