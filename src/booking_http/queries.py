"""Queries are read as strictly as bodies: known names, each once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from booking_core.domain.kernel.errors import InvalidInput
from booking_http.refusals import MalformedRequest

PARAMETERS_MAX = 50

_NUMBER = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a route says of one of its parameters."""

    is_required: bool
    is_number: bool


def require_known_parameters(query: bytes, handler: BaseRouteHandler) -> None:
    """Raise InvalidInput for a name that the route does not know, or that is missing or twice."""
    known = _known(handler)
    seen = set[str]()
    for name, value in _read(query) if query else ():
        if name not in known:
            raise InvalidInput(name[:50], "nothing: there is no such parameter")
        if name in seen:
            raise InvalidInput(name, "one value")
        if not value.isprintable():
            raise InvalidInput(name, "printable characters")
        if known[name].is_number and not _NUMBER.fullmatch(value):
            raise InvalidInput(name, "a whole number")
        seen.add(name)
    for name, parameter in known.items():
        if parameter.is_required and name not in seen:
            raise InvalidInput(name, "a value")


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
def _known(handler: BaseRouteHandler) -> dict[str, Parameter]:
    return {
        field.kwarg_definition.name or name: Parameter(
            is_required=field.is_required, is_number=field.annotation is int
        )
        for name, field in handler.parsed_fn_signature.parameters.items()
        if isinstance(field.kwarg_definition, QueryParameter)
    }
