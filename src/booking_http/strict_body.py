"""Request bodies, read strictly: the right types, known keys, each once."""

from __future__ import annotations

import re
from ast import literal_eval
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec
from litestar.dto import MsgspecDTO
from litestar.typing import FieldDefinition

from booking_core.domain.kernel.errors import InvalidInput
from booking_http.refusals import UnsupportedMediaType
from booking_http.strict_json import read_json
from booking_http.texts import MEANINGS

if TYPE_CHECKING:
    from litestar._openapi.schema_generation import SchemaCreator
    from litestar.openapi.spec import Reference, Schema

T = TypeVar("T", bound=msgspec.Struct)
Shape = TypeVar("Shape")

_AT = re.compile(r" - at `(?:key` in `)?\$\.?(.*)`$")
_NAMES_A_FIELD = re.compile(r"(?:missing required|contains unknown) field `([^`]*)`")
_PATTERN = re.compile(r"matching regex (.*)$")
_SAID = {
    "Invalid RFC3339 encoded datetime": "an RFC 3339 time such as 2026-03-29T02:30:00+01:00",
    "Expected `datetime` with a timezone component": "a time with an offset from UTC",
    "Invalid RFC3339 encoded date": "a date such as 2026-03-29",
}


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """What a client sends: camelCase, and no key that is not documented."""


class View(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a client is shown."""


class Strict(MsgspecDTO[T], Generic[T]):
    """Reads a body strictly, where Litestar by itself would take "1" for 1."""

    def decode_bytes(self, value: bytes) -> Any:
        """The body as the handler's type, or MalformedRequest, or InvalidInput naming the field."""
        media_type, _ = self.asgi_connection.content_type  # type: ignore[attr-defined]
        if media_type != "application/json":
            raise UnsupportedMediaType("application/json")
        return shaped(read_json(value), self.model_type)

    @classmethod
    def create_openapi_schema(
        cls, field_definition: FieldDefinition, handler_id: str, schema_creator: SchemaCreator
    ) -> Reference | Schema:
        """The type's own schema, under its own name."""
        return schema_creator.for_field_definition(FieldDefinition.from_annotation(cls.model_type))


def shaped(value: object, shape: type[Shape]) -> Shape:
    """The value as that type, or InvalidInput."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from None


def invalid(message: str) -> InvalidInput:
    """What msgspec said, as a refusal with the field's path and what was expected there."""
    at = _AT.search(message)
    path = at[1] if at else ""
    said = message[: at.start()] if at else message
    if named := _NAMES_A_FIELD.search(said):
        path = f"{path}.{named[1]}".lstrip(".")
        said = "a value" if "missing" in said else "nothing: there is no such field"
    for beginning, expected in _SAID.items():
        if said.startswith(beginning):
            said = expected
    if pattern := _PATTERN.search(said):
        said = MEANINGS.get(literal_eval(pattern[1]), said)
    return InvalidInput(path or "body", said.removeprefix("Expected ").replace("`", ""))
