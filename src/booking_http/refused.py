"""The documented refusals of a route: problem details, by status."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from litestar.openapi import ResponseSpec

from booking_http.problems import PROBLEM_JSON

_SAID = {
    400: "The request cannot be read.",
    401: "There is no token, or one that is not good here.",
    403: "The caller's role may not do this.",
    404: "It does not exist, or is not the caller's: these two look alike.",
    409: "The request is fine, but the state of things is not as it needs.",
    412: "Another version stands than the one that was expected.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "A value is not as it has to be, or the key was used for another request.",
    503: "Nothing was done, and the same request may be repeated.",
}


class Problem(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """RFC 9457. The facts of the refusal come beside these, each under its own name."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    correlation_id: str
    field: str | None = None
    expected: str | int | None = None


def refused(*statuses: int, body: bool = False, public: bool = False) -> Mapping[int, ResponseSpec]:
    """The specifications for these statuses, and for those that any such route may give."""
    always = {400, 422, 503} | ({413, 415} if body else set()) | (set() if public else {401})
    return {
        status: ResponseSpec(
            data_container=Problem,
            description=_SAID[status],
            media_type=PROBLEM_JSON,
            generate_examples=False,
        )
        for status in sorted(always | set(statuses))
    }
