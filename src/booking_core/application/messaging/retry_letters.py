"""Try again what waits in the engine's own tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking_core.application.messaging.apply_messages import ApplyMessages
from booking_core.application.messaging.consumer import Writes
from booking_core.application.messaging.hearing import Hearing
from booking_core.application.messaging.verdict import Judge, Verdict
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.inbox import Letter, LetterState, Standing
from booking_core.ports.telemetry import Fate

PAGE = 500
PAGES_MAX = 20
TOGETHER_MOST = 100
TOGETHER_CLAIM = timedelta(seconds=10)  # Nobody recovers sooner from a worker that died over them.
FATES = {
    Standing.NEW: Fate.APPLIED,
    Standing.DONE: Fate.DUPLICATE,
    Standing.STALE: Fate.STALE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLetters:
    """Each by itself, as one that kills its worker must take no other along; but those that only
    came too early go together, as they would have if they had come in time.

    `claim` is how long a letter is nobody else's: longer than any handler may take. A gap is given
    up by somebody who has been `hearing` the broker for as long as that takes.
    """

    apply: ApplyMessages
    judge: Judge
    claim: timedelta
    hearing: Hearing

    def one(self) -> int:
        """Try the one that has been due for longest; 0 if there is none. Raises Busy."""
        consumer, now = self.apply.consumer.name, self.apply.clock.now()
        early = None if self._write_in_order is None else False
        claimed = self.apply.inbox.claim(consumer, now, now + self.claim, 1, early=early)
        for letter in claimed:
            self._try(letter)
        return len(claimed)

    def early(self) -> int:
        """Try those that have been due for longest and only came too early; how many. Raises Busy.

        If they kill their worker, each has had an attempt: by itself from then on.
        """
        write = self._write_in_order
        if write is None:
            return 0
        consumer, now = self.apply.consumer.name, self.apply.clock.now()
        until = now + min(self.claim, TOGETHER_CLAIM)
        claimed = self.apply.inbox.claim(consumer, now, until, TOGETHER_MOST, early=True)
        read = [(letter, self._read(letter)) for letter in claimed]
        early = [(letter, message) for letter, message in read if message is not None]
        early.sort(key=lambda each: (each[1].booking_id or "", each[1].sequence or 0))
        if not self._apply_together(early, write):
            for letter, message in early:
                self._apply(letter, message)
        return len(claimed)

    @property
    def _write_in_order(self) -> Writes | None:
        """Of those that write in order: nobody else is told too early, or could do it together."""
        match self.apply.consumer.handler:
            case Writes() as write if self.apply.consumer.in_order:
                return write
            case _:
                return None

    def _apply_together(self, early: Sequence[tuple[Letter, Incoming]], write: Writes) -> bool:
        """False if something in it failed: then nothing was done, and each is tried by itself."""
        if len(early) < 2:
            return False
        letters = [letter.id for letter, _ in early]
        try:
            found = self.apply.together([message for _, message in early], write, letters=letters)
        except Exception:  # noqa: BLE001  # Each will tell by itself.
            return False
        first: dict[object, tuple[Letter, Incoming]] = {}  # Of those of a booking that are left.
        left = []
        for (letter, message), standing in zip(early, found, strict=True):
            if standing is not Standing.EARLY:
                self._tell(letter, FATES[standing])
            elif message.booking_id in first:
                left.append(letter)
            else:
                first[message.booking_id] = letter, message
        overdue = [each for each in first.values() if self._is_overdue(*each)]
        self._wait_on([*left, *(each[0] for each in first.values() if each not in overdue)])
        for letter, message in overdue:
            self._apply(letter, message)
        return True

    def _try(self, letter: Letter) -> None:
        if letter.attempts > self.judge.schedule.attempts_max:
            self._put_back(letter, self.judge.deadly(letter.attempts))
            return
        message = self._read(letter)
        if message is not None:
            self._apply(letter, message)

    def _read(self, letter: Letter) -> Incoming | None:
        """None if it says nothing to us: then it is put back already."""
        try:
            return self.apply.consumer.decode(letter.message)
        except BookingError as refusal:
            self._put_back(letter, self.judge.unreadable(refusal, letter.attempts))
        except Exception as error:  # noqa: BLE001  # Whatever it is, it is kept with the letter.
            self._failed(letter, error)
        return None

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
            self._wait_on([letter])
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

    def _wait_on(self, letters: Sequence[Letter]) -> None:
        now = self.apply.clock.now()
        verdicts = [self.judge.early(each.attempts, each.first_at, now) for each in letters]
        self._put_all_back(list(zip(letters, verdicts, strict=True)))

    def _put_back(self, letter: Letter, verdict: Verdict) -> None:
        self._put_all_back([(letter, verdict)])

    def _put_all_back(self, judged: Sequence[tuple[Letter, Verdict]]) -> None:
        self.apply.inbox.put_back([verdict.of(letter) for letter, verdict in judged])
        for letter, verdict in judged:
            self._tell(letter, verdict.fate)

    def _tell(self, letter: Letter, fate: Fate) -> None:
        self.apply.telemetry.fared(letter.consumer, letter.message.topic, fate)
