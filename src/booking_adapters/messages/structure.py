"""From JSON to attrs classes, strictly, with errors that name the field as it is on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar, cast, get_args, get_origin

import attrs
from cattrs import ClassValidationError, Converter, ForbiddenExtraKeysError
from cattrs.errors import (
    AttributeValidationNote,
    IterableValidationError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn, override

from booking_adapters.messages.shapes import SCALARS, Read, Unfit
from booking_core.domain.kernel.incoming import WrongMessage

T = TypeVar("T")
ITEMS_MOST = 10_000


def camel(name: str) -> str:
    """`expires_at` is `expiresAt` on the wire."""
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


class Structure:
    """Reads attrs classes; made once, from then on read by any thread.

    `closed`: a field that the class does not have is an error; else it is passed over.
    """

    def __init__(self, *, closed: bool) -> None:
        self._converter = Converter(detailed_validation=True)
        for type, (read, _) in SCALARS.items():
            self._converter.register_structure_hook(type, _scalar(read))

        def shape(cls: Any) -> Any:
            return _object(cls, self._converter, closed)

        def several(cls: Any) -> Any:
            return _list(cls, self._converter)

        self._converter.register_structure_hook_factory(attrs.has, shape)
        self._converter.register_structure_hook_factory(_is_list, several)
        self._converter.register_structure_hook_func(_is_enum, _member)

    def __call__(self, facts: object, cls: type[T], at: str = "") -> T:
        """The facts as that class, or WrongMessage with the first wrong field's path below `at`."""
        try:
            return self._converter.structure(facts, cls)
        except (ClassValidationError, IterableValidationError, Unfit) as error:
            field, expected = _first(error, at)
            raise WrongMessage(field.lstrip(".") or "message", expected) from None


def _scalar(read: Read) -> Any:
    return lambda value, _: read(value)


def _object(cls: Any, converter: Converter, closed: bool) -> Any:
    attrs.resolve_types(cls)
    names: Mapping[str, Any] = {
        field.name: override(rename=camel(field.name)) for field in attrs.fields(cls)
    }
    made: Any = make_dict_structure_fn(
        cls,
        converter,
        _cattrs_forbid_extra_keys=closed,
        _cattrs_detailed_validation=True,
        **cast(Any, names),
    )

    def structure(value: Any, type: Any) -> Any:
        if not isinstance(value, dict):
            raise Unfit("an object")
        return made(value, type)

    return structure


def _list(cls: Any, converter: Converter) -> Any:
    inner = get_args(cls)[0]
    read = converter.get_structure_hook(inner)

    def structure(value: Any, _: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) > ITEMS_MOST:
            raise Unfit(f"a list of at most {ITEMS_MOST}")
        found = []
        for index, part in enumerate(value):
            try:
                found.append(read(part, inner))
            except (ClassValidationError, IterableValidationError, Unfit) as error:
                error.add_note(IterableValidationNote("", index, inner))
                raise IterableValidationError("", [error], cls) from None
        return tuple(found)

    return structure


def _is_list(type: Any) -> bool:
    return get_origin(type) is tuple


def _is_enum(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, Enum)


def _member(value: Any, enum: Any) -> Any:
    for member in enum:
        if type(value) is str and member.value == value:
            return member
    raise Unfit(f"one of {', '.join(member.value for member in enum)}")


def _first(error: BaseException, path: str) -> tuple[str, str]:
    """Where the first error is, and what was expected there."""
    if isinstance(error, ClassValidationError | IterableValidationError):
        inner = error.exceptions[0]
        return _first(inner, path + "".join(_step(inner)))
    if isinstance(error, ForbiddenExtraKeysError):
        name = min(error.extra_fields)
        return f"{path}.{name[:50]}", "left out: there is no such field"
    if isinstance(error, KeyError):
        return path, "given"
    return path, str(error)


def _step(error: BaseException) -> list[str]:
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            return [f".{camel(note.name)}"]
        if isinstance(note, IterableValidationNote):
            return [f"[{note.index}]"]
    return []
