"""Why the rules of a resource refuse a wish, however free it is.

Each names the field of the wish that is at fault, and as facts what would be accepted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.domain.kernel.span import Span


@dataclass(eq=False)
class AgainstTheRules(BookingError):
    """The resource does not take such a wish"""

    code: ClassVar[str] = "against-the-rules"
    kind: ClassVar[Kind] = Kind.INVALID


@dataclass(eq=False)
class InThePast(AgainstTheRules):
    """The start {start} is over: it is {now}"""

    code: ClassVar[str] = "in-the-past"
    start: datetime
    now: datetime
    field: str = "start"


@dataclass(eq=False)
class InsideNotice(AgainstTheRules):
    """Too late to book: this takes {notice_min} of notice, so {earliest} is the earliest start"""

    code: ClassVar[str] = "inside-notice"
    notice_min: timedelta
    earliest: datetime
    field: str = "start"


@dataclass(eq=False)
class BeyondAdvance(AgainstTheRules):
    """Too early to book: {latest} is the latest start for now, {advance_max} ahead"""

    code: ClassVar[str] = "beyond-advance"
    advance_max: timedelta
    latest: datetime
    field: str = "start"


@dataclass(eq=False)
class TooShort(AgainstTheRules):
    """{duration} is too short: the least is {duration_min}"""

    code: ClassVar[str] = "too-short"
    duration: timedelta
    duration_min: timedelta
    field: str = "end"


@dataclass(eq=False)
class TooLong(AgainstTheRules):
    """{duration} is too long: the most is {duration_max}"""

    code: ClassVar[str] = "too-long"
    duration: timedelta
    duration_max: timedelta
    field: str = "end"


@dataclass(eq=False)
class OffTheGrid(AgainstTheRules):
    """Starts are every {step} from local midnight plus {offset} in {zone}"""

    code: ClassVar[str] = "off-the-grid"
    step: timedelta
    offset: timedelta
    zone: str
    field: str = "start"


@dataclass(eq=False)
class OutsideOpeningHours(AgainstTheRules):
    """Not open for the whole period; open that day in {zone}: {open_periods}"""

    code: ClassVar[str] = "outside-opening-hours"
    zone: str
    open_periods: tuple[Span, ...]
    field: str = "start"


@dataclass(eq=False)
class NoUnits(AgainstTheRules):
    """The quantity must be a whole number of units, at least one"""

    code: ClassVar[str] = "no-units"
    field: str = "quantity"


@dataclass(eq=False)
class UnitsNotForChoosing(AgainstTheRules):
    """The units of this resource are interchangeable: say how many, not which"""

    code: ClassVar[str] = "units-not-for-choosing"
    field: str = "unitIds"


@dataclass(eq=False)
class UnknownUnits(AgainstTheRules):
    """The resource has no units {unit_ids}"""

    code: ClassVar[str] = "unknown-units"
    unit_ids: tuple[str, ...]
    field: str = "unitIds"


@dataclass(eq=False)
class UnitsNamedTwice(AgainstTheRules):
    """Each unit can be named once, not again: {unit_ids}"""

    code: ClassVar[str] = "units-named-twice"
    unit_ids: tuple[str, ...]
    field: str = "unitIds"


@dataclass(eq=False)
class QuantityDisagrees(AgainstTheRules):
    """{named} units are named, but the quantity is {quantity}"""

    code: ClassVar[str] = "quantity-disagrees"
    quantity: int
    named: int
    field: str = "quantity"


@dataclass(eq=False)
class TooManyUnits(AgainstTheRules):
    """{wanted} units are too many: the most at once is {units_max}"""

    code: ClassVar[str] = "too-many-units"
    wanted: int
    units_max: int
    field: str = "quantity"
