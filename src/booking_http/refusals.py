"""What only HTTP refuses: requests that never reach a use case. Each knows its own status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from booking_core.domain.kernel.errors import BookingError, Kind

ASKED_FOR_METHODS = "?"  # In place of OPTIONS: the router then tells what a path takes.


@dataclass(eq=False)
class HttpRefusal(BookingError):
    """The request was refused"""

    status: ClassVar[int] = 400


@dataclass(eq=False)
class MalformedRequest(HttpRefusal):
    """The request cannot be read: {reason}"""

    code: ClassVar[str] = "malformed-request"
    kind: ClassVar[Kind] = Kind.INVALID
    reason: str


@dataclass(eq=False)
class UnknownRoute(HttpRefusal):
    """There is nothing here"""

    code: ClassVar[str] = "unknown-route"
    kind: ClassVar[Kind] = Kind.MISSING
    status: ClassVar[int] = 404


@dataclass(eq=False)
class MethodNotAllowed(HttpRefusal):
    """This place takes {allowed} only"""

    code: ClassVar[str] = "method-not-allowed"
    kind: ClassVar[Kind] = Kind.INVALID
    status: ClassVar[int] = 405
    allowed: tuple[str, ...]


@dataclass(eq=False)
class BodyTooLarge(HttpRefusal):
    """A body may have {bytes_max} bytes"""

    code: ClassVar[str] = "body-too-large"
    kind: ClassVar[Kind] = Kind.INVALID
    status: ClassVar[int] = 413
    bytes_max: int


@dataclass(eq=False)
class UnsupportedMediaType(HttpRefusal):
    """The body must be {expected}"""

    code: ClassVar[str] = "unsupported-media-type"
    kind: ClassVar[Kind] = Kind.INVALID
    status: ClassVar[int] = 415
    expected: str


@dataclass(eq=False)
class DeadlinePassed(HttpRefusal):
    """No answer in {seconds} seconds: it may be done or not; repeat it with the same key"""

    code: ClassVar[str] = "deadline-passed"
    kind: ClassVar[Kind] = Kind.BUSY
    status: ClassVar[int] = 503
    seconds: float


@dataclass(eq=False)
class InternalFault(HttpRefusal):
    """A fault of ours, which was noted; the same request may be repeated with its key"""

    code: ClassVar[str] = "internal-fault"
    kind: ClassVar[Kind] = Kind.BUSY
    status: ClassVar[int] = 500
