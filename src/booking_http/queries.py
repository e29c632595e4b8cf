"""Queries are read as strictly as bodies: known names, each once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from booking_core.domain.kernel.errors import InvalidInput
from booking_http.refusals import MalformedRequest

PARAMETERS_MAX = 50


async def refuse_unknown_parameters(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Raise InvalidInput for a name that the route does not know, or that is given twice."""
    query = connection.scope["query_string"]
    if not query:
        return
    known, seen = _known(handler), set[str]()
    for name, value in _read(query):
        if name not in known:
            raise InvalidInput(name[:50], "nothing: there is no such parameter")
        if name in seen:
            raise InvalidInput(name, "one value")
        if not value.isprintable():
            raise InvalidInput(name, "printable characters")
        seen.add(name)


def _read(query: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            query.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=PARAMETERS_MAX,
        )
    except ValueError:
        raise MalformedRequest("the query is not UTF-8, or too long") from None


@lru_cache(maxsize=256)
def _known(handler: BaseRouteHandler) -> frozenset[str]:
    return frozenset(
        field.kwarg_definition.name or name
        for name, field in handler.parsed_fn_signature.parameters.items()
        if isinstance(field.kwarg_definition, QueryParameter)
    )
