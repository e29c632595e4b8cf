"""What is to become of a message that was not applied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking_core.application.messaging.retry_schedule import RetrySchedule, is_busy, is_final
from booking_core.domain.kernel.errors import BookingError
from booking_core.ports.inbox import TOO_EARLY, Letter, Returned
from booking_core.ports.randomness import Randomness
from booking_core.ports.telemetry import Fate

FAILED, DIED, AGAIN = "handler-failed", "worker-died", "maybe-seen"
CAUSE_LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """As a letter has it: due for another try, or dead where `due_at` is None."""

    due_at: datetime | None
    attempts: int
    code: str
    cause: str

    @property
    def fate(self) -> Fate:
        """What it is for whoever counts."""
        if self.due_at is None:
            return Fate.DEAD
        return Fate.WAITING if self.code == TOO_EARLY else Fate.RETRY

    def of(self, letter: Letter) -> Returned:
        """The letter, as it goes back."""
        return Returned(
            letter=letter.id,
            due_at=self.due_at,
            attempts=self.attempts,
            code=self.code,
            cause=self.cause,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """`attempts` counts the one that is judged; `first_at` is when the message was kept first."""

    schedule: RetrySchedule
    randomness: Randomness

    def failed(self, error: Exception, attempts: int, first_at: datetime, now: datetime) -> Verdict:
        """Its handler raised that."""
        if is_busy(error):
            wait = self.schedule.while_busy(now - first_at, self.randomness)
            attempts -= 1
        elif is_final(error):
            wait = None
        else:
            wait = self.schedule.after(attempts, self.randomness)
        due_at = None if wait is None else now + wait
        return Verdict(due_at=due_at, attempts=attempts, code=code_of(error), cause=cause_of(error))

    def unreadable(self, refusal: BookingError, attempts: int) -> Verdict:
        """It says nothing to us; a later release may read what this one does not know."""
        code, cause = code_of(refusal), cause_of(refusal)
        return Verdict(due_at=None, attempts=attempts, code=code, cause=cause)

    def early(self, attempts: int, first_at: datetime, now: datetime) -> Verdict:
        """One before it has not been applied; looking for that is no attempt."""
        due_at = now + self.schedule.while_early(now - first_at, self.randomness)
        cause = "One before it, of its booking, has not been applied"
        return Verdict(due_at=due_at, attempts=attempts - 1, code=TOO_EARLY, cause=cause)

    def deadly(self, attempts: int) -> Verdict:
        """All its attempts began, and nobody came back to tell of the last one."""
        cause = f"Its worker died, or hung, in the last of {attempts - 1} attempts"
        return Verdict(due_at=None, attempts=attempts - 1, code=DIED, cause=cause)


def code_of(error: Exception) -> str:
    """A refusal's own code; one for all faults."""
    return error.code if isinstance(error, BookingError) else FAILED


def cause_of(error: Exception) -> str:
    """One bounded line: later ones may hold what was to be written."""
    if isinstance(error, BookingError):
        text = error.message
    else:
        said = str(error).strip()
        text = type(error).__name__ + (f": {said.splitlines()[0]}" if said else "")
    return text.encode(errors="replace").decode().replace("\0", "?")[:CAUSE_LONGEST]
