"""Headers that say which version is meant, and which request it is."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from litestar.params import HeaderParameter

from booking_core.application.once import valid_key
from booking_core.domain.kernel.errors import InvalidInput

IdempotencyKey: TypeAlias = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description=(
            "1 to 200 printable ASCII characters, chosen by the client. The same request with the "
            "same key has one effect and gets the same answer, marked Idempotent-Replayed: true. "
            "Repeat with it whatever got no answer, or 503."
        ),
        schema_extra={"minLength": 1, "maxLength": 200, "pattern": r"^[ -~]+$"},
    ),
]
IfMatch: TypeAlias = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match",
        description="The ETag of the version that the client has seen; any other is refused.",
        schema_extra={"pattern": r'^("[0-9]{1,18}"|\*)$', "examples": ['"1"']},
    ),
]

_ETAG = re.compile(r'"([0-9]{1,18})"')


def expected_version(if_match: str | None) -> int | None:
    """The version that the client expects, or InvalidInput for what is no ETag of ours."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise InvalidInput("If-Match", 'one ETag of an earlier answer, such as "3"')
    return int(found[1])


def checked(key: str | None) -> str | None:
    """The key itself, or InvalidInput; for acts whose outcome can be looked up by itself."""
    return None if key is None else valid_key(key)


def versioned(
    version: int, *, replayed: bool = False, location: str | None = None
) -> dict[str, str]:
    """The headers of an answer that shows one version of one thing."""
    headers = {"ETag": f'"{version}"'}
    if location is not None:
        headers["Location"] = location
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    return headers
