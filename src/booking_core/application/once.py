"""Run an act until it is committed, once per request key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from booking_core.application.caller import Caller
from booking_core.application.draft import Draft, Reply
from booking_core.application.new_ids import NewIds
from booking_core.application.operations.lapse_holds import LapseHolds
from booking_core.domain.kernel.errors import BookingError, Busy, InvalidInput, Kind
from booking_core.domain.kernel.ids import BookingId, PaymentId
from booking_core.ports.booking_repository import Dossier
from booking_core.ports.clock import Clock
from booking_core.ports.idempotency import Answer, Idempotency, RequestKey
from booking_core.ports.unit_of_work import (
    AlreadyAnswered,
    OverdueHoldsInTheWay,
    StaleBooking,
    StaleCatalogue,
    Taken,
    UnitOfWork,
)

TURNS_MAX = 64  # Every lost turn is another request's success, so this is hardly ever reached.


@dataclass(eq=False)
class KeyReused(BookingError):
    """The idempotency key {key} was used for another request"""

    code = "idempotency-key-reused"
    kind = Kind.MISMATCH
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The dossier as the act left it, and the payment that it began."""

    dossier: Dossier
    payment_id: PaymentId | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One try: `number` counts from 0; later tries read the catalogue afresh."""

    draft: Draft
    number: int

    @property
    def fresh(self) -> bool:
        return self.number > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """Reads are optimistic: what was read may be outdated, and the commit finds it out.

    Then the act is judged anew, on what stands now. A refusal is final only after a look at
    whether this very request was answered before: its first answer may have been lost, and then
    what refuses it is its own success.
    """

    unit_of_work: UnitOfWork
    idempotency: Idempotency
    lapse_holds: LapseHolds
    clock: Clock
    ids: NewIds

    def __call__(
        self, command: object, by: Caller, key: str | None, act: Callable[[Turn], None]
    ) -> Outcome:
        """Run the act on fresh drafts until one commits.

        Raises what the act or the commit refuses, KeyReused, or Busy when it lost every turn.
        """
        reply = _reply(command, by, key)
        for number in range(TURNS_MAX):
            draft = Draft(by=by, now=self.clock.now(), ids=self.ids)
            try:
                act(Turn(draft, number))
            except StaleBooking:
                continue  # One that had to make way is not where it was seen: look again.
            except BookingError:
                answer = self._earlier(reply)
                if answer is None:
                    raise
                return answer
            try:
                changes, dossier = draft.finish(reply)
                self.unit_of_work.commit(changes)
            except AlreadyAnswered:
                answer = self._earlier(reply)
                if answer is not None:
                    return answer
            except OverdueHoldsInTheWay as overdue:
                self._clear(by, overdue)
            except (StaleBooking, StaleCatalogue):
                pass  # Somebody else was first: judge it anew.
            except BookingError as refusal:
                if not (draft.retries_when_taken and isinstance(refusal, Taken)):
                    # What stands in the way may be this very request, sent twice at once.
                    answer = self._earlier(reply)
                    if answer is None:
                        raise
                    return answer
            else:
                assert dossier is not None  # An act that drafts nothing has no use for a turn.
                return Outcome(dossier=dossier, payment_id=draft.payment_id)
        raise Busy("too many others want the same")

    def _earlier(self, reply: Reply | None) -> Outcome | None:
        if reply is None:
            return None
        answer = self.idempotency.answer(reply.request)
        return None if answer is None else _same(reply, answer)

    def _clear(self, by: Caller, overdue: OverdueHoldsInTheWay) -> None:
        ids = [BookingId(booking_id) for booking_id in overdue.booking_ids]
        self.lapse_holds.these(by.tenant_id, ids)


def _same(reply: Reply, answer: Answer) -> Outcome:
    if answer.fingerprint != reply.fingerprint:
        raise KeyReused(reply.request.key)
    dossier = Dossier(booking=answer.booking, account=answer.account)
    return Outcome(dossier=dossier, payment_id=answer.payment_id, replayed=True)


def valid_key(key: str) -> str:
    """The key itself, or InvalidInput if it can be none."""
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise InvalidInput("Idempotency-Key", "1 to 200 printable ASCII characters")
    return key


def _reply(command: object, by: Caller, key: str | None) -> Reply | None:
    if key is None:
        return None
    request = RequestKey(
        tenant_id=by.tenant_id,
        principal=by.id,
        operation=type(command).__name__,
        key=valid_key(key),
    )
    # Commands are frozen values of plain fields: equal ones, and no others, print alike.
    return Reply(request, blake2b(repr(command).encode(), digest_size=16).hexdigest())
