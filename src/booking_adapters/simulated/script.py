"""Scripts: what shall become of a payment at the provider, and how the news of it travels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.money import Money
from booking_core.ports.payment_webhook import Told

ZERO = timedelta(0)
LONGEST = timedelta(days=365)
COPIES_MOST = 20


def _within_a_year(field: str, duration: timedelta) -> None:
    if not ZERO <= duration <= LONGEST:
        raise InvalidInput(field, "zero to 365 days")


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """A callback arrives so long after what it tells of, in so many copies; 0: it is lost.

    Different delays put callbacks out of order.
    """

    delay: timedelta = ZERO
    copies: int = 1

    def __post_init__(self) -> None:
        _within_a_year("delay", self.delay)
        if type(self.copies) is not int or not 0 <= self.copies <= COPIES_MOST:
            raise InvalidInput("copies", f"0 to {COPIES_MOST} callbacks")


PROMPT = Travel()
LOST = Travel(copies=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens, so long `after` the script began; what cannot happen does not.

    `amount` is what is captured or refunded: None for all that was asked for, or all that is left.
    A refund by script is the provider's own idea: nobody asked for it.
    """

    told: Told
    after: timedelta = ZERO
    amount: Money | None = None
    reason: str = "declined"
    travel: Travel = PROMPT

    def __post_init__(self) -> None:
        _within_a_year("after", self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """All that happens to one payment. `refund_refusal` is why it refuses every refund, if it does.

    `refund_travel` is how the callbacks of the refunds that were asked for travel.
    """

    steps: tuple[Step, ...] = ()
    refund_refusal: str | None = None
    refund_travel: Travel = PROMPT


WAIT = Script()  # For a person at the checkout page, or for `SimulatedGateway.play`.
DECLINE = Script(steps=(Step(told=Told.FAILED),))


def pay(*, after: timedelta = ZERO, amount: Money | None = None, travel: Travel = PROMPT) -> Script:
    """The customer pays: what was asked for, or another amount."""
    return Script(steps=(Step(told=Told.COMPLETED, after=after, amount=amount, travel=travel),))


PAY = pay()
