"""Connections, and what becomes of a failure on one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa

from booking_adapters.sqlalchemy.driver import Driver
from booking_adapters.sqlalchemy.statement import Statement
from booking_adapters.sqlalchemy.warm import Warm
from booking_core.domain.kernel.errors import Busy

T = TypeVar("T")


class Database:
    """A pool of driver connections, each of which commits every statement by itself.

    SQLAlchemy makes, configures and pools them; statements go to the driver directly.
    """

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.engine = driver.engine()
        self._warm = Warm()

    def connection(self) -> AbstractContextManager[Any]:
        """A connection of the driver's own, or Busy; whatever is left open on it is undone."""
        return _Lent(self)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """A connection on which everything is done together, or nothing."""
        with self.connection() as connection:
            connection.execute(self.driver.begin)
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def snapshot(self) -> Iterator[Callable[[Statement, Mapping[str, Any]], list[Any]]]:
        """A way to ask as long as it takes, and all of one moment."""
        with self.connection() as connection:
            for statement in self.driver.begin_snapshot:
                connection.execute(statement)

            def ask(statement: Statement, parameters: Mapping[str, Any]) -> list[Any]:
                text = statement.text(self.driver.dialect)
                return connection.execute(text, parameters).fetchall()  # type: ignore[no-any-return]

            yield ask
            connection.execute("COMMIT")

    def read(self, look: Callable[[Any], T]) -> T:
        """What is found by a look that changes nothing: once more where the connection breaks."""
        try:
            with self.connection() as connection:
                return look(connection)
        except Busy as busy:
            if busy.__cause__ is None or not self.driver.is_broken_by(busy.__cause__):
                raise
        with self.connection() as connection:
            return look(connection)

    def rows(self, statement: Statement, parameters: Mapping[str, Any]) -> list[Any]:
        """What a query finds."""
        text = statement.text(self.driver.dialect)
        return self.read(lambda connection: connection.execute(text, parameters).fetchall())

    def first_rows(self, statement: Statement, parameters: Mapping[str, Any]) -> list[Any]:
        """The first of very many, where an index has them in the order that is asked for."""
        text = statement.text(self.driver.dialect)

        def look(connection: Any) -> list[Any]:
            for begin in self.driver.begin_in_order:
                connection.execute(begin)
            rows = connection.execute(text, parameters).fetchall()
            connection.execute("COMMIT")
            return rows  # type: ignore[no-any-return]

        return self.read(look)

    def close(self) -> None:
        """Let go of all connections that are not in use."""
        self._warm.clear()
        self.engine.dispose()

    def lend(self) -> sa.PoolProxiedConnection:
        """A pooled connection that is not known to be dead, or Busy."""
        pooled = self._checkout()
        if self.driver.is_hung_up(pooled.driver_connection):
            self._drop(pooled)
            pooled = self._checkout()
        return pooled

    def take_back(self, pooled: sa.PoolProxiedConnection, error: BaseException | None) -> None:
        """It is free again, after that error if there was one; Busy if the error comes to that."""
        if error is None:
            self._warm.give(pooled)
            return
        self._recover(pooled, error)
        busy = self.driver.why_busy(error) if isinstance(error, self.driver.error) else None
        if busy is not None:
            raise busy from error

    def _checkout(self) -> sa.PoolProxiedConnection:
        try:
            return self._warm.take(self.engine.raw_connection)
        except sa.exc.TimeoutError:
            raise Busy("every database connection is in use") from None
        except (self.driver.error, sa.exc.DBAPIError) as error:
            raise Busy("the database cannot be reached") from error

    def _recover(self, pooled: sa.PoolProxiedConnection, error: BaseException) -> None:
        """Undo what is open, so that whoever has the connection next finds nothing."""
        connection: Any = pooled.driver_connection
        try:
            if not self.driver.is_broken_by(error):
                connection.rollback()
                pooled.close()
                return
        except self.driver.error:
            pass  # Then it was broken after all.
        self._drop(pooled)

    def _drop(self, pooled: sa.PoolProxiedConnection) -> None:
        pooled.invalidate()
        self._warm.clear()
        self.engine.dispose()  # What killed one connection has most likely killed all.


class _Lent(AbstractContextManager[Any]):
    """A class, not a generator: every commit goes through it, and this takes half the time."""

    __slots__ = ("_database", "_pooled")

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> Any:
        self._pooled = self._database.lend()
        return self._pooled.driver_connection

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._database.take_back(self._pooled, error)
