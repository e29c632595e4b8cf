"""What a kafka:// URL says, in librdkafka's words."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

PORT = 9092
IO_MILLISECONDS = 5000


def configuration(url: str) -> dict[str, str | int | float | bool]:
    """Brokers, and user and password where there are; `kafkas` is Kafka over TLS."""
    parts = urlsplit(url)
    login, _, hosts = parts.netloc.rpartition("@")
    brokers = [host if ":" in host else f"{host}:{PORT}" for host in hosts.split(",")]
    found: dict[str, str | int | float | bool] = {
        "bootstrap.servers": ",".join(brokers),
        "security.protocol": "PLAINTEXT",
        "socket.keepalive.enable": True,
        "reconnect.backoff.max.ms": IO_MILLISECONDS,
        "topic.metadata.refresh.interval.ms": 30_000,
        "log_level": 3,  # Errors; what concerns us is also told by callbacks.
    }
    if login:
        user, _, password = login.partition(":")
        found["security.protocol"] = "SASL_SSL" if parts.scheme == "kafkas" else "SASL_PLAINTEXT"
        found["sasl.mechanism"] = "SCRAM-SHA-512"  # The password itself is not sent.
        found["sasl.username"], found["sasl.password"] = unquote(user), unquote(password)
    elif parts.scheme == "kafkas":
        found["security.protocol"] = "SSL"
    return found


def other_topics(url: str) -> tuple[str, ...]:
    """Topics that are read beside the exchange's."""
    named = parse_qs(urlsplit(url).query).get("topics", [])
    return tuple(topic for names in named for topic in names.split(",") if topic)
