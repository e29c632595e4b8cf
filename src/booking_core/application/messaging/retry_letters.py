"""Try again what waits in the engine's own tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking_core.application.messaging.apply_messages import ApplyMessages
from booking_core.application.messaging.hearing import Hearing
from booking_core.application.messaging.verdict import Judge, Verdict
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.inbox import Letter, LetterState, Standing
from booking_core.ports.telemetry import Fate

PAGE = 500
PAGES_MAX = 20
FATES = {
    Standing.NEW: Fate.APPLIED,
    Standing.DONE: Fate.DUPLICATE,
    Standing.STALE: Fate.STALE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLetters:
    """One at a time: a letter that kills its worker takes no other along.

    `claim` is how long one is nobody else's: longer than any handler may take. A gap is given up by
    somebody who has been `hearing` the broker for as long as that takes.
    """

    apply: ApplyMessages
    judge: Judge
    claim: timedelta
    hearing: Hearing

    def __call__(self) -> bool:
        """Try the one that has been due for longest; False if there is none. Raises Busy."""
        consumer, now = self.apply.consumer.name, self.apply.clock.now()
        claimed = self.apply.inbox.claim(consumer, now, now + self.claim, 1)
        for letter in claimed:
            self._try(letter)
        return bool(claimed)

    def _try(self, letter: Letter) -> None:
        if letter.attempts > self.judge.schedule.attempts_max:
            self._put_back(letter, self.judge.deadly(letter.attempts))
            return
        try:
            message = self.apply.consumer.decode(letter.message)
        except BookingError as refusal:
            self._put_back(letter, self.judge.unreadable(refusal, letter.attempts))
            return
        except Exception as error:  # noqa: BLE001  # Whatever it is, it is kept with the letter.
            self._failed(letter, error)
            return
        self._apply(letter, message)

    def _apply(self, letter: Letter, message: Incoming) -> None:
        overdue = False
        try:
            standing = self.apply.alone(message, letter=letter.id)
            if standing is Standing.EARLY and self._is_overdue(letter, message):
                overdue = True
                standing = self.apply.alone(message, letter=letter.id, overdue=True)
        except Exception as error:  # noqa: BLE001  # Whatever it is, it is kept with the letter.
            self._failed(letter, error)
            return
        if standing is Standing.EARLY:
            now = self.apply.clock.now()
            self._put_back(letter, self.judge.early(letter.attempts, letter.first_at, now))
            return
        self._tell(letter, FATES[standing])
        if overdue and standing is Standing.NEW:
            self._tell(letter, Fate.GAP_GIVEN_UP)

    def _is_overdue(self, letter: Letter, message: Incoming) -> bool:
        """Whether it goes before one that never came: not while an elder one waits here as well."""
        now, gap = self.apply.clock.now(), self.judge.schedule.gap
        waited = min(now - letter.first_at, self.hearing.lasts(now))
        return waited >= gap and not any(
            elder.booking_id == message.booking_id
            and (elder.sequence or 0) < (message.sequence or 0)
            for elder in self._waiting_beside(letter)
        )

    def _waiting_beside(self, letter: Letter) -> Iterator[Incoming]:
        after = 0
        for _ in range(PAGES_MAX):
            page = self.apply.inbox.letters(
                letter.consumer, LetterState.WAITING, after=after, most=PAGE
            )
            for other in page:
                if other.id != letter.id and other.message.key == letter.message.key:
                    try:
                        yield self.apply.consumer.decode(other.message)
                    except Exception:  # noqa: BLE001, S112  # Its own turn tells what is wrong.
                        continue
            if len(page) < PAGE:
                return
            after = page[-1].id

    def _failed(self, letter: Letter, error: Exception) -> None:
        now: datetime = self.apply.clock.now()
        self._put_back(letter, self.judge.failed(error, letter.attempts, letter.first_at, now))

    def _put_back(self, letter: Letter, verdict: Verdict) -> None:
        self.apply.inbox.put_back(
            letter.id,
            due_at=verdict.due_at,
            attempts=verdict.attempts,
            code=verdict.code,
            cause=verdict.cause,
        )
        self._tell(letter, verdict.fate)

    def _tell(self, letter: Letter, fate: Fate) -> None:
        self.apply.telemetry.fared(letter.consumer, letter.message.topic, fate)
