"""The hand-written way to serve holds: Litestar, msgspec and psycopg, one statement.

`python -m bench.raw_http PORT WORKERS` with the database in BENCH_DATABASE_URL. It judges no token,
no rule and no key: what it does besides the statement is to read a body and write an answer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import uvicorn
from litestar import Litestar, Request, Response, post
from litestar.params import JSONBody
from psycopg_pool import AsyncConnectionPool

from bench.raw_hold import ONE_STATEMENT, parameters
from bench.town import terms_of
from booking_adapters.sqlalchemy.postgresql.driver import SESSION

CONNECTIONS = 8


class Item(msgspec.Struct):
    """What is wished for."""

    resourceId: str  # noqa: N815 - as it is on the wire
    start: datetime
    end: datetime


class Wish(msgspec.Struct):
    """One item, as the engine's own clients send it."""

    items: list[Item]


@post("/bookings")
async def create(data: JSONBody[Wish], request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """Hold the first item, or say that it is taken."""
    item = data.items[0]
    terms, terms_hash = request.app.state.terms
    told = parameters(
        int(item.resourceId.rpartition("-")[2]) + 1, item.start.astimezone(UTC), terms, terms_hash
    )
    async with request.app.state.pool.connection() as connection:
        cursor = await connection.execute(ONE_STATEMENT, told)
        row = await cursor.fetchone()
    if row is None or row[0] != 1:
        return Response({"code": "taken"}, status_code=409)
    shown = {
        "id": told["id"],
        "state": "PENDING",
        "items": [{"resourceId": item.resourceId, "start": item.start, "end": item.end}],
        "price": {"amountMinor": 1000, "currency": "EUR"},
        "expiresAt": told["expires"],
    }
    return Response(shown, status_code=201)


@asynccontextmanager
async def connected(app: Litestar) -> AsyncIterator[None]:
    """As many connections as the engine's side has threads."""
    options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    pool = AsyncConnectionPool(
        os.environ["BENCH_DATABASE_URL"],
        min_size=CONNECTIONS,
        max_size=CONNECTIONS,
        kwargs={"autocommit": True, "prepare_threshold": 0, "options": options},
        open=False,
    )
    await pool.open(wait=True)
    app.state.pool, app.state.terms = pool, terms_of()
    yield
    await pool.close()


app = Litestar([create], lifespan=[connected], openapi_config=None, logging_config=None)

if __name__ == "__main__":
    uvicorn.run(
        "bench.raw_http:app",
        port=int(sys.argv[1]),
        workers=int(sys.argv[2]),
        access_log=False,
        log_level="warning",
    )
