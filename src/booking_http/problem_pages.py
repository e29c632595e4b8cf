"""What a problem's `type` leads to: its meaning, for people who read what a program was told."""

from __future__ import annotations

from collections.abc import Iterator

from litestar import get
from litestar.params import FromPath

from booking_core.domain.kernel.errors import BookingError, NotFound
from booking_http.auth import ANYBODY, PUBLIC
from booking_http.problems import status_of, title_of
from booking_http.refused import refused
from booking_http.strict_body import View


class ProblemType(View, frozen=True, kw_only=True):
    """One kind of problem; `meaning` names the facts that come with it in braces."""

    type: str
    title: str
    status: int
    meaning: str


class ProblemTypes(View, frozen=True, kw_only=True):
    """Every kind of problem that this service knows."""

    items: list[ProblemType]


@get(
    "/problems",
    operation_id="listProblemTypes",
    summary="Every kind of problem",
    tags=["Problems"],
    opt=PUBLIC,
    security=ANYBODY,
    responses=refused(public=True),
)
async def list_problem_types() -> ProblemTypes:
    """What can be refused, and what each refusal means."""
    return ProblemTypes(items=sorted(_types(), key=lambda each: each.type))


@get(
    "/problems/{code:str}",
    operation_id="getProblemType",
    summary="One kind of problem",
    tags=["Problems"],
    opt=PUBLIC,
    security=ANYBODY,
    responses=refused(404, public=True),
)
async def get_problem_type(code: FromPath[str]) -> ProblemType:
    """What a problem's `type` means."""
    for each in _types():
        if each.type == f"/problems/{code}":
            return each
    raise NotFound("problem type", code)


def _types() -> Iterator[ProblemType]:
    seen: set[str] = set()
    for refusal in _below(BookingError):
        if refusal.code not in seen and "code" in vars(refusal):
            seen.add(refusal.code)
            yield ProblemType(
                type=f"/problems/{refusal.code}",
                title=title_of(refusal.code),
                status=status_of(refusal),
                meaning=(refusal.__doc__ or "").strip().splitlines()[0],
            )


def _below(refusal: type[BookingError]) -> Iterator[type[BookingError]]:
    for each in refusal.__subclasses__():
        yield each
        yield from _below(each)
