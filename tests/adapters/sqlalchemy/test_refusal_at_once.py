"""A slot that is taken is the common refusal: it is told by the very statement that refuses it."""

from __future__ import annotations

from booking_adapters.sqlalchemy.unit_of_work import SqlUnitOfWork
from tests.contract import builders as b
from tests.storages import PostgresStorages


def test_the_refusal_names_who_is_in_the_way(postgresql_storages: PostgresStorages) -> None:
    """Nobody has to be asked again, which would take five more queries."""
    with postgresql_storages() as storage:
        b.furnish(storage)
        first = b.make(storage, b.a_hold("first", b.span(9, 10)))
        work = storage.unit_of_work
        assert isinstance(work, SqlUnitOfWork)
        wish = b.making(b.a_hold("second", b.span(9, 10)))
        refused = work._writer.write(work._make_rows(wish))
    assert refused is not None
    assert [rival.holder_id for rival in refused.rivals or ()] == [first.id]
