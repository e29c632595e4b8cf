"""How patient consumers are: from the environment."""

from __future__ import annotations

from datetime import timedelta

from attrs import frozen

from booking_adapters.brokers.settings import NAME
from booking_adapters.environment import Environment
from booking_core.application.messaging.retry_schedule import RetrySchedule

DAY_SECONDS = 86_400
RECEIPTS_NAME = "BOOKING_RECEIPTS_FROM"
RECEIPTS_EXPECTED = (
    "none, or names of consumers with commas between, whose receipts close what was told; payments"
    " where the broker is Redis, unless told"
)


@frozen(kw_only=True)
class ConsumerSettings:
    """`retry_seconds` has one interval per retry; a handler that takes too long is ended.

    `batch` is how many messages one transaction may hold. Receipts are kept for so many days:
    more than any broker, or a dead letter, takes to bring a message back.

    `receipts_from` are those whose receipts are awaited, None: as the broker needs it; each is
    expected within `receipt_seconds`.
    """

    retry_seconds: tuple[float, ...] = (1.0, 10.0, 60.0)
    has_jitter: bool = True
    gap_seconds: float = 180.0
    outage_seconds: float = DAY_SECONDS
    handler_seconds: float = 30.0
    batch: int = 100
    receipt_days: int = 90
    receipts_from: tuple[str, ...] | None = None
    receipt_seconds: float = 60.0

    @property
    def schedule(self) -> RetrySchedule:
        """As the core has it."""
        return RetrySchedule(
            intervals=tuple(timedelta(seconds=each) for each in self.retry_seconds),
            has_jitter=self.has_jitter,
            gap=timedelta(seconds=self.gap_seconds),
            outage=timedelta(seconds=self.outage_seconds),
        )

    @property
    def claim(self) -> timedelta:
        """How long a letter is nobody else's: a little longer than its handler may work."""
        return timedelta(seconds=self.handler_seconds + max(2.0, self.handler_seconds / 3))


def read_consumers(environment: Environment) -> ConsumerSettings:
    """What the environment says; InvalidSetting if it is wrong."""
    jitter = environment.choice("BOOKING_RETRY_JITTER", ("yes", "no"), "yes")
    return ConsumerSettings(
        retry_seconds=environment.several_seconds("BOOKING_RETRY_SECONDS", 20, (1.0, 10.0, 60.0)),
        has_jitter=jitter == "yes",
        gap_seconds=environment.seconds("BOOKING_GAP_SECONDS", 0, DAY_SECONDS, 180.0),
        outage_seconds=environment.seconds(
            "BOOKING_OUTAGE_SECONDS", 0, 30 * DAY_SECONDS, float(DAY_SECONDS)
        ),
        handler_seconds=environment.seconds("BOOKING_HANDLER_SECONDS", 0.1, 600, 30.0),
        batch=environment.integer("BOOKING_CONSUMER_BATCH", 1, 10_000, 100),
        receipt_days=environment.integer("BOOKING_RECEIPT_DAYS", 7, 3650, 90),
        receipts_from=_receipts_from(environment),
        receipt_seconds=environment.seconds("BOOKING_RECEIPT_SECONDS", 0.1, 3600, 60.0),
    )


def _receipts_from(environment: Environment) -> tuple[str, ...] | None:
    pattern = rf"{NAME}(?:\s*,\s*{NAME})*"
    named = environment.matching(RECEIPTS_NAME, RECEIPTS_EXPECTED, pattern, None)
    if named is None:
        return None
    names = dict.fromkeys(name.strip() for name in named.split(","))
    return () if list(names) == ["none"] else tuple(names)
