"""Write the reference pages that follow from the code: `make docs`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import booking_core
from booking_core.domain.booking.late_payment import ON_PAYMENT
from booking_core.domain.booking.lifecycle import BOOKING_LIFECYCLE, HOLDING, LIVE, BookingState
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.lifecycle import Lifecycle
from booking_core.domain.payment.lifecycle import PAYMENT_LIFECYCLE, REFUND_LIFECYCLE

REFERENCE = Path(__file__).parent / "reference"
NOTE = "<!-- Made by docs/generate.py: change the code, then run it. -->\n\n"


def pages() -> Mapping[Path, str]:
    """Every generated page with its text."""
    return {
        REFERENCE / "errors.md": NOTE + errors(),
        REFERENCE / "lifecycles.md": NOTE + lifecycles(),
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
    )


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


def _refusals(base: type[BookingError] = BookingError) -> Iterator[type[BookingError]]:
    for module in pkgutil.walk_packages(booking_core.__path__, "booking_core."):
        importlib.import_module(module.name)
    for refusal in base.__subclasses__():
        deeper = list(_refusals(refusal))
        yield from deeper or [refusal]


def _sentence(refusal: type[BookingError]) -> str:
    return (refusal.__doc__ or "").strip().splitlines()[0]


def _facts(refusal: type[BookingError]) -> str:
    return ", ".join(f"`{field.name}`" for field in fields(refusal))


def main() -> None:
    """Write every page."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
