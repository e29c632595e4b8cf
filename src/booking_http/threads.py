"""A synchronous engine behind an asynchronous edge: so many threads, and a bounded queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Lock, Thread
from typing import ParamSpec, TypeAlias, TypeVar, cast

from booking_core.domain.kernel.errors import Busy
from booking_http.refusals import DeadlinePassed

P = ParamSpec("P")
R = TypeVar("R")

_Work: TypeAlias = "tuple[asyncio.AbstractEventLoop, asyncio.Future[object], Callable[[], object]]"


@dataclass(slots=True, kw_only=True)
class Threads:
    """As many threads as there are database connections: more would only wait for one.

    What waits beyond `waiting_max` is refused at once, and nobody waits longer than the deadline.
    The threads begin with the first work, and again after a stop.
    """

    count: int
    waiting_max: int
    deadline_seconds: float = 10.0
    _queue: SimpleQueue[_Work | None] = field(default_factory=SimpleQueue)
    _started: list[Thread] = field(default_factory=list)
    _changing: Lock = field(default_factory=Lock)

    def stop(self) -> None:
        """Finish what is in hand, and what waits."""
        with self._changing:
            for _ in self._started:
                self._queue.put(None)
            for thread in self._started:
                thread.join()
            self._started.clear()

    async def run(self, act: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What the act returns or raises; Busy when too many others wait already, DeadlinePassed.

        An act that was begun is finished, whether somebody waits for it still or not.
        """
        if self._queue.qsize() >= self.waiting_max:
            raise Busy("too many requests wait")
        if not self._started:
            self._start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[object] = loop.create_future()
        deadline = loop.call_later(
            self.deadline_seconds, _settle, future, None, DeadlinePassed(self.deadline_seconds)
        )
        context = copy_context()  # So that what it logs and traces belongs to the request.
        self._queue.put((loop, future, lambda: context.run(act, *args, **kwargs)))
        try:
            return cast("R", await future)
        finally:
            deadline.cancel()

    def _start(self) -> None:
        with self._changing:
            while len(self._started) < self.count:
                name = f"booking-{len(self._started)}"
                thread = Thread(target=self._work, name=name, daemon=True)
                thread.start()
                self._started.append(thread)

    def _work(self) -> None:
        while (work := self._queue.get()) is not None:
            loop, future, act = work
            try:
                result = act()
            except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
                _tell(loop, future, None, error)
            else:
                _tell(loop, future, result, None)


def _tell(
    loop: asyncio.AbstractEventLoop,
    future: asyncio.Future[object],
    result: object,
    error: BaseException | None,
) -> None:
    try:
        loop.call_soon_threadsafe(_settle, future, result, error)
    except RuntimeError:
        return  # The loop is closed: nobody waits any more.


def _settle(future: asyncio.Future[object], result: object, error: BaseException | None) -> None:
    if future.done():  # The deadline has passed, or the client has gone.
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
