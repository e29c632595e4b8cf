"""Requests are sent again with the key they had: the same ones, and others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis.stateful import precondition, rule

from booking_core.application.once import KeyReused
from booking_core.domain.kernel.ids import BookingId
from tests.engine.driven import Driven
from tests.engine.violated import Promise, must
from tests.engine.wishes import whichever
from tests.unit.application.house import euros


class KeyRules(Driven):
    """Neither has any effect: the invariants see to that."""

    @precondition(lambda self: self.answered)
    @rule(which=whichever)
    def repeat(self, which: int) -> None:
        """The same request with the same key: the same answer, and no second effect."""
        act, arguments, first = self.answered[which % len(self.answered)]
        again, refusal = self.ask(act, *arguments)
        if hasattr(first, "replayed"):
            first = replace(first, replayed=True)
        must(again == first, Promise.SAME_KEY_SAME_ANSWER, f"{again or refusal}, not {first}")

    @precondition(lambda self: self.answered)
    @rule(which=whichever)
    def reuse_a_key(self, which: int) -> None:
        """Another request with the same key is refused for that, whatever else is wrong with it."""
        act, (command, by, key), _ = self.answered[which % len(self.answered)]
        answer, refusal = self.ask(act, another(command), by, key)
        must(
            isinstance(refusal, KeyReused),
            Promise.A_KEY_IS_FOR_ONE_REQUEST,
            answer or refusal,
        )


def another(command: Any) -> Any:
    """A request of the same kind that asks for something else."""
    if getattr(command, "items", ()):
        return replace(command, items=command.items + command.items)
    if getattr(command, "amount", None):
        return replace(command, amount=euros(command.amount.amount_minor + 1))
    if hasattr(command, "reason"):
        return replace(command, reason="another")
    return replace(command, booking_id=BookingId("another"))
