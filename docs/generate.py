"""Write the reference pages that follow from the code: `make docs`."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
from prometheus_client import CollectorRegistry

from booking_adapters.brokers.settings import BrokerSettings
from booking_adapters.environment import Asked
from booking_adapters.in_memory import in_memory_engine
from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.messages.asyncapi import asyncapi
from booking_adapters.messages.catalogue import EVENTS
from booking_adapters.messages.dialects import appointments, masstransit, parking, ticketing
from booking_adapters.messages.schema import DRAFT, dialect_schemas, event_schema
from booking_adapters.secret import Secret
from booking_adapters.settings import TokenSettings, read_settings
from booking_adapters.system.clock import SystemClock
from booking_adapters.telemetry.prometheus.queues import QueueMetrics
from booking_adapters.telemetry.prometheus.requests import PrometheusRequests
from booking_adapters.telemetry.prometheus.telemetry import PrometheusTelemetry
from booking_adapters.telemetry.prometheus.waiting import WaitingMetrics
from booking_adapters.telemetry.prometheus.words import OTHER
from booking_cli.exit_codes import BROKEN_PIPE, EXIT_CODES, INTERRUPTED, UNSOUND
from booking_cli.main import cli
from booking_core.domain.booking.late_payment import ON_PAYMENT
from booking_core.domain.booking.lifecycle import BOOKING_LIFECYCLE, HOLDING, LIVE, BookingState
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.lifecycle import Lifecycle
from booking_core.domain.payment.lifecycle import PAYMENT_LIFECYCLE, REFUND_LIFECYCLE
from booking_core.domain.webhook.delivery import DELIVERY_LIFECYCLE
from booking_core.domain.webhook.webhook import WEBHOOK_LIFECYCLE
from booking_core.ports.telemetry import Fate
from booking_http.app import create_app
from booking_http.documentation import TAGS
from booking_http.problems import STATUS

REFERENCE = Path(__file__).parent / "reference"
EVENT_PAGES = REFERENCE / "events"
PACKAGES = ("booking_core", "booking_adapters", "booking_http", "booking_cli")
NOT_FOR_IMPORT = (".__main__", ".migrations.env")  # They run something.
NOTE = "<!-- Made by docs/generate.py: change the code, then run it. -->\n\n"


def pages() -> Mapping[Path, str]:
    """Every generated page with its text."""
    return {
        REFERENCE / "errors.md": NOTE + errors(),
        REFERENCE / "lifecycles.md": NOTE + lifecycles(),
        REFERENCE / "settings.md": NOTE + settings(),
        REFERENCE / "command-line.md": NOTE + command_line(),
        REFERENCE / "http.md": NOTE + http(),
        REFERENCE / "metrics.md": NOTE + metrics(),
        REFERENCE / "asyncapi.json": _json(asyncapi()),
        EVENT_PAGES / "README.md": NOTE + events(),
        **{
            EVENT_PAGES / f"{type}.v{told.version}.json": _schema(event_schema(type))
            for type, told in EVENTS.items()
        },
        **{
            EVENT_PAGES / "dialects" / f"{name}.json": _schema(schema)
            for name, schema in dialect_schemas().items()
        },
    }


def errors() -> str:
    """All refusals by code: what they mean, and what facts they carry."""
    rows = "\n".join(
        f"| `{refusal.code}` | {refusal.kind.value} | {_sentence(refusal)} | {_facts(refusal)} |"
        for refusal in sorted(_refusals(), key=lambda refusal: refusal.code)
    )
    return (
        "# Refusals\n\n"
        "Every refusal has a stable code, a kind, a sentence and facts. The kind decides the HTTP"
        " status and the exit code of the command line.\n\n"
        "| code | kind | sentence | facts |\n| --- | --- | --- | --- |\n" + rows + "\n"
    )


def lifecycles() -> str:
    """The state machines, as tables and as pictures."""
    held = ", ".join(sorted(HOLDING))
    live = ", ".join(sorted(LIVE))
    late = "\n".join(f"| {state.value} | {ON_PAYMENT[state].value} |" for state in BookingState)
    return (
        "# Lifecycles\n\n"
        f"## Booking\n\nHeld, with an end: {held}. Its claims keep others out in: {live}.\n\n"
        + _machine(BOOKING_LIFECYCLE)
        + "\n## A payment that completes finds the booking\n\n| in state | then |\n| --- | --- |\n"
        + late
        + "\n\nMoney that is not due, or does not suffice, goes back in every state; a wrong amount"
        " or currency is kept in suspense and the booking flagged.\n\n"
        "## Payment attempt\n\n"
        + _machine(PAYMENT_LIFECYCLE)
        + "\n## Refund\n\n"
        + _machine(REFUND_LIFECYCLE)
        + "\n## Webhook\n\n"
        + _machine(WEBHOOK_LIFECYCLE)
        + "\n## Webhook delivery\n\n"
        + _machine(DELIVERY_LIFECYCLE)
    )


def settings() -> str:
    """Every variable that is read, with what it takes."""
    asked = read_settings({"DATABASE_HOST": "host", "DATABASE_NAME": "name"}).asked
    rows = "\n".join(
        f"| `{it.name}` | {it.expected} | {_default(it)} |"
        for it in sorted(asked, key=lambda it: (not it.name.startswith("BOOKING_"), it.name))
    )
    return (
        "# Settings\n\n"
        "Environment variables, read once when a process starts; an empty one counts as unset. A"
        " wrong one is refused by its name, one that is unknown but begins with `BOOKING_` is"
        " warned about. Secrets have no default and are never shown. The names that do not begin"
        " with `BOOKING_` are fall-backs.\n\n"
        "| variable | takes | default |\n| --- | --- | --- |\n" + rows + "\n"
    )


def command_line() -> str:
    """The help of every command, and the exit codes."""
    codes = "\n".join(f"| {code} | {kind.value} |" for kind, code in EXIT_CODES.items())
    return (
        "# Command line\n\n| exit code | refusal |\n| --- | --- |\n"
        f"| {UNSOUND} | something was found wrong: a broken promise, a failed check |\n{codes}\n"
        f"| {INTERRUPTED} | interrupted |\n| {BROKEN_PIPE} | the reader went away |\n"
        + "".join(_helps(cli, "booking"))
    )


def http() -> str:
    """Every operation by subject, and what status a refusal of each kind has."""
    engine, _ = in_memory_engine()
    tokens = TokenSettings(secret=Secret("only to make the document of it"))
    app = create_app(engine, tokens, metrics=bytes)
    kinds = "\n".join(f"| {kind.value} | {status} |" for kind, status in STATUS.items())
    return (
        "# HTTP\n\n"
        "JSON in camelCase; refusals are RFC 9457 problem details. A running service shows the same"
        " with all shapes and examples at `/schema`, as OpenAPI 3.1 at `/schema/openapi.json`.\n\n"
        "| a refusal of kind | has status |\n| --- | --- |\n"
        + kinds
        + "\n"
        + "".join(_operations(app.openapi_schema.to_schema()["paths"]))
    )


def metrics() -> str:
    """Every metric, as a scrape describes it."""
    registry = CollectorRegistry()
    PrometheusTelemetry(registry)
    PrometheusRequests(registry)
    registry.register(WaitingMetrics(MemoryStorage(), SystemClock()))
    registry.register(QueueMetrics(BrokerSettings(url=Secret("memory://")), ()))
    rows = "\n".join(
        f"| `{name}` | {kind} | {labels} | {said} |"
        for name, kind, labels, said in sorted(_described(registry))
    )
    fates = ", ".join(f"`{fate.value}`" for fate in Fate)
    return (
        "# Metrics\n\n"
        "What Prometheus finds at `/metrics`: [See what it does](../how-to/observe.md)."
        " A histogram has `_bucket`, `_sum` and `_count`. Labels have few values, whatever comes"
        f" from outside: the rest is `{OTHER}`.\n\n"
        "| metric | kind | labels | |\n| --- | --- | --- | --- |\n" + rows + "\n\n"
        f"The fates of messages: {fates}.\n"
    )


def _described(registry: CollectorRegistry) -> Iterator[tuple[str, str, str, str]]:
    # Nothing public tells the labels of a metric that has no values yet.
    collectors: Iterable[Any] = registry._collector_to_names
    for collector in collectors:
        for metric in collector.describe():
            own = getattr(metric, "_labelnames", None)
            labels: Any = own or getattr(collector, "_labelnames", ())
            shown = ", ".join(f"`{label}`" for label in labels)
            name = f"{metric.name}_total" if metric.type == "counter" else metric.name
            yield name, metric.type, shown, metric.documentation


def events() -> str:
    """Every event with its meaning and its schema, and what the dialects call it."""
    rows = "\n".join(
        f"| `{type}` | {told.meaning} | [version {told.version}]({type}.v{told.version}.json) |"
        for type, told in EVENTS.items()
    )
    dialects: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
        "masstransit": masstransit.TYPES,
        "parking": parking.TYPES,
        "appointments": appointments.TYPES,
        "ticketing": ticketing.TYPES,
    }
    words = {
        name: {entry[0]: theirs for theirs, entry in types.items()}
        for name, types in dialects.items()
    }
    known = sorted({type for types in words.values() for type in types})
    called = "\n".join(
        f"| `{type}` | " + " | ".join(_word(words[name].get(type)) for name in words) + " |"
        for type in known
    )
    heads = " | ".join(f"[{name}](dialects/{name}.json)" for name in words)
    return (
        "# Events\n\n"
        "An event's type is its routing key and its topic. How to receive them:"
        " [Receive events](../../how-to/receive-events.md). All of it for programs:"
        " [AsyncAPI 3](../asyncapi.json).\n\n"
        f"| event | | JSON Schema |\n| --- | --- | --- |\n{rows}\n\n"
        "## Dialects\n\n"
        "What other systems call them, and the schemas of what is taken from them.\n\n"
        f"| event | {heads} |\n| --- |{' --- |' * len(words)}\n{called}\n"
    )


def _word(theirs: str | None) -> str:
    return f"`{theirs}`" if theirs else ""


def _schema(schema: Mapping[str, Any]) -> str:
    return _json({"$schema": DRAFT, **schema})


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _operations(paths: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for tag, said in TAGS.items():
        rows = [
            f"| `{method.upper()} {path}` | {operation['summary']} | {_statuses(operation)} |\n"
            for path, item in paths.items()
            for method, operation in item.items()
            if tag in operation["tags"]
        ]
        if rows:
            head = "| | | answers |\n| --- | --- | --- |\n"
            yield f"\n## {tag}\n\n{said}.\n\n{head}" + "".join(rows)


def _statuses(operation: Mapping[str, Any]) -> str:
    return " ".join(operation["responses"])


def _helps(command: click.Command, path: str) -> Iterator[str]:
    with click.Context(command, info_name=path, terminal_width=80) as context:
        yield f"\n## {path}\n\n```text\n{command.get_help(context)}\n```\n"
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                verb = command.get_command(context, name)
                assert verb is not None  # It is listed.
                yield from _helps(verb, f"{path} {name}")


def _default(asked: Asked) -> str:
    if asked.is_secret:
        return "none: a secret"
    return "" if asked.default is None else f"`{asked.default}`"


def _machine(lifecycle: Lifecycle) -> str:  # type: ignore[type-arg]
    moves = sorted(
        (state.value, trigger.value, after.value)
        for (state, trigger), after in lifecycle.table.items()
    )
    rows = "\n".join(f"| {state} | {trigger} | {after} |" for state, trigger, after in moves)
    arrows = "\n".join(f"    {state} --> {after}: {trigger}" for state, trigger, after in moves)
    return (
        f"| from | trigger | to |\n| --- | --- | --- |\n{rows}\n\n"
        f"```mermaid\nstateDiagram-v2\n{arrows}\n```\n"
    )


def _refusals() -> Iterator[type[BookingError]]:
    """Those of our own packages, whatever else is loaded in this process."""
    for package in PACKAGES:
        path = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(path, f"{package}."):
            if not module.name.endswith(NOT_FOR_IMPORT):
                importlib.import_module(module.name)
    for refusal in _deepest(BookingError):
        if refusal.__module__.partition(".")[0] in PACKAGES:
            yield refusal


def _deepest(base: type[BookingError]) -> Iterator[type[BookingError]]:
    for refusal in base.__subclasses__():
        deeper = list(_deepest(refusal))
        yield from deeper or [refusal]


def _sentence(refusal: type[BookingError]) -> str:
    return (refusal.__doc__ or "").strip().splitlines()[0]


def _facts(refusal: type[BookingError]) -> str:
    return ", ".join(f"`{field.name}`" for field in fields(refusal))


def main() -> None:
    """Write every page."""
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
