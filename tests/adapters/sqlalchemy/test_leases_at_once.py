"""Who comes to the shards between two statements of somebody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from booking_adapters.sqlalchemy import leases
from booking_adapters.sqlalchemy.leases import SqlLeases
from booking_adapters.sqlalchemy.statement import Statement
from booking_core.ports.leases import Leases
from tests.contract.builders import NOW
from tests.storages import Storages

SHARDS = 64
LATER = NOW + timedelta(seconds=15)


class Slow(SqlLeases):
    """Others come just before it first takes anything, and again just after."""

    meanwhile: tuple[Callable[[], object], ...]

    def _ask(self, statement: Statement, **asked: Any) -> list[Any]:
        if statement is not leases._TAKE or not self.meanwhile:
            return super()._ask(statement, **asked)
        before, after = self.meanwhile
        self.meanwhile = ()
        before()
        found = super()._ask(statement, **asked)
        after()
        return found


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nobody_gives_up_what_others_have_just_left_to_it(
    kind: str, request: pytest.FixtureRequest
) -> None:
    """Whoever took a lot, when few were there, keeps it until it calls again: those who came
    meanwhile found nothing free, and are gone, so that it would lie."""
    storages: Storages = request.getfixturevalue(f"{kind}_storages")

    def hold(who: Leases, name: str, shards: int = SHARDS) -> frozenset[int]:
        return who.hold("relay", name, shards, NOW, LATER)

    with storages() as storage:
        others: Leases = storage.leases
        assert isinstance(others, SqlLeases)
        slow = Slow(others._database)
        held: dict[str, frozenset[int]] = {}

        def before() -> None:
            hold(others, "c", 0)
            held["b"] = hold(others, "b")

        def after() -> None:
            held["c"] = hold(others, "c")

        slow.meanwhile = before, after
        held["a"] = hold(slow, "a")
        assert sorted(map(len, held.values())) == [0, 22, 42]
        assert frozenset().union(*held.values()) == frozenset(range(SHARDS))
        again = [len(hold(others, name)) for name in "abc"]
        assert again == [22, 22, 20]
