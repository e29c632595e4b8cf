"""A lifecycle is one table: ``{(state, trigger): state}``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from booking_core.domain.kernel.errors import IllegalTransition

State = TypeVar("State", bound=StrEnum)
Trigger = TypeVar("Trigger", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle(Generic[State, Trigger]):
    """The legal moves of one noun; nothing else compares or assigns its state."""

    name: str
    table: Mapping[tuple[State, Trigger], State]

    def after(self, state: State, trigger: Trigger) -> State:
        """The state that follows, or IllegalTransition."""
        following = self.table.get((state, trigger))
        if following is None:
            raise IllegalTransition(self.name, state.value, trigger.value)
        return following

    def allows(self, state: State, trigger: Trigger) -> bool:
        return (state, trigger) in self.table

    def sources(self, trigger: Trigger) -> frozenset[State]:
        """The states from which this trigger may fire."""
        return frozenset(state for state, fired in self.table if fired is trigger)

    def edges(self) -> frozenset[tuple[State, State]]:
        """Every (from, to) pair that some trigger allows: what a database is told to enforce."""
        return frozenset((state, following) for (state, _), following in self.table.items())

    def terminal(self, states: Iterable[State]) -> frozenset[State]:
        """Those of the states that no trigger leaves."""
        return frozenset(states) - {state for state, _ in self.table}
