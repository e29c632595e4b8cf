"""Have a consumer's handler do its work, once per event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from booking_core.application.messaging.consumer import Acts, Consumer, Writes
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.clock import Clock
from booking_core.ports.inbox import Inbox, Reception, Standing, Told
from booking_core.ports.telemetry import Telemetry

Guard = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyMessages:
    """Whatever a handler raises leaves it as it is, with nothing done and no receipt.

    `guard` is around all work that could take for ever.
    """

    consumer: Consumer
    inbox: Inbox
    clock: Clock
    telemetry: Telemetry
    guard: Guard

    def together(
        self, messages: Sequence[Incoming], write: Writes, *, letters: Sequence[int] = ()
    ) -> Sequence[Standing]:
        """All in one transaction, or nothing; how each stood.

        Where they have letters, one each, these are settled of all that are not EARLY.
        """
        with (
            self.telemetry.handling(self.consumer.name, messages),
            self.guard(),
            self._transaction() as reception,
        ):
            found = reception.take([told(each) for each in messages], in_order=self._in_order)
            for each, standing in zip(messages, found, strict=True):
                if standing is Standing.NEW:
                    write.handle(each, reception)
            if letters:
                pairs = zip(letters, found, strict=True)
                reception.settle([each for each, how in pairs if how is not Standing.EARLY])
        return found

    def alone(
        self, message: Incoming, *, letter: int | None = None, overdue: bool = False
    ) -> Standing:
        """How it stood; unless it is EARLY it is done with, and so is its letter."""
        match self.consumer.handler:
            case Writes(handle):
                return self._write(message, handle, letter, overdue)
            case Acts(act):
                return self._act(message, act, letter, overdue)

    def _write(
        self,
        message: Incoming,
        handle: Callable[[Incoming, Reception], None],
        letter: int | None,
        overdue: bool,
    ) -> Standing:
        with (
            self.telemetry.handling(self.consumer.name, [message]),
            self.guard(),
            self._transaction() as reception,
        ):
            standing = self._take(reception, message, overdue)
            if standing is Standing.NEW:
                handle(message, reception)
            if letter is not None and standing is not Standing.EARLY:
                reception.settle([letter])
        return standing

    def _act(
        self,
        message: Incoming,
        act: Callable[[Incoming], None],
        letter: int | None,
        overdue: bool,
    ) -> Standing:
        (standing,) = self.inbox.look(
            self.consumer.name, [told(message, overdue=overdue)], in_order=self._in_order
        )
        if standing is Standing.EARLY or (standing is Standing.DONE and letter is None):
            return standing
        if standing is Standing.NEW:
            with self.telemetry.handling(self.consumer.name, [message]), self.guard():
                act(message)
        with self._transaction() as reception:
            self._take(reception, message, overdue)
            if letter is not None:
                reception.settle([letter])
        return standing

    def _take(self, reception: Reception, message: Incoming, overdue: bool) -> Standing:
        (standing,) = reception.take([told(message, overdue=overdue)], in_order=self._in_order)
        return standing

    def _transaction(self) -> AbstractContextManager[Reception]:
        return self.inbox.together(self.consumer.name, self.clock.now())

    @property
    def _in_order(self) -> bool:
        return self.consumer.in_order


def told(message: Incoming, *, overdue: bool = False) -> Told:
    """What the inbox has to know of it."""
    return Told(
        tenant_id=message.tenant_id,
        event_id=message.event_id,
        booking_id=message.booking_id,
        sequence=message.sequence,
        overdue=overdue,
    )
