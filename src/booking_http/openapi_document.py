"""The OpenAPI document with every shape exactly as strict as requests are judged."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import Any

import msgspec

from booking_http.documented_headers import with_headers
from booking_http.examples import EXAMPLES
from booking_http.refused import Problem
from booking_http.strict_body import Body, View
from booking_http.texts import NOT_BEFORE_A_LINE_FEED

REFERENCE = "#/components/schemas/{name}"
NULL = {"type": "null"}


def exact(document: dict[str, Any]) -> dict[str, Any]:
    """What the framework found, with msgspec's own account of the shapes that it judges."""
    components = document["components"]
    ours = [Problem, *_below(Body), *_below(View)]
    _, shapes = msgspec.json.schema_components(ours, ref_template=REFERENCE)
    for name, example in EXAMPLES.items():
        shapes[name]["examples"] = [example]
    told = components["schemas"] | {name: _told(shape) for name, shape in shapes.items()}
    paths = {path: _operations(item) for path, item in document["paths"].items()}
    return document | {"paths": paths, "components": components | {"schemas": told}}


def _below(kind: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _told(part: Any) -> Any:
    """Without what only our own regular expressions need, and without a docstring's margin."""
    match part:
        case dict():
            return {name: _told(inner) for name, inner in part.items()}
        case list() | tuple():
            return [_told(inner) for inner in part]
        case str():
            return cleandoc(part.replace(NOT_BEFORE_A_LINE_FEED, ""))
    return part


def _operations(item: dict[str, Any]) -> dict[str, Any]:
    """A path whose operations tell their headers, and whose parameters are never null."""
    return {method: with_headers(_without_nulls(operation)) for method, operation in item.items()}


def _without_nulls(operation: dict[str, Any]) -> dict[str, Any]:
    """A parameter may be left out, but a URL has no null."""
    if "parameters" not in operation:
        return operation
    return operation | {"parameters": [_plain(each) for each in operation["parameters"]]}


def _plain(parameter: dict[str, Any]) -> dict[str, Any]:
    schema = dict(parameter["schema"])
    choices = [choice for choice in schema.pop("oneOf", ()) if choice != NULL]
    if choices:
        (choice,) = choices
        schema = choice | schema
    return parameter | {"schema": schema}
