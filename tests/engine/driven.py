"""How the engine is asked, and how its answers are compared with the model's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine

from booking_adapters.memory.clock import ManualClock
from booking_adapters.simulated.outages import Call, Outage
from booking_core.application.caller import Caller, admin, customer, provider
from booking_core.domain.booking.booking import Booking
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.ids import DEFAULT_TENANT, PaymentId, ResourceId, TenantId
from booking_core.ports.storage import Storage
from tests.engine.model import HOLDS_MOST, Model, Part, Stay
from tests.engine.violated import Promise, Violated, must
from tests.unit.application.house import BARN, OWNER, ROOM, House, place

ATTIC = ResourceId("attic")
# Next door everybody and everything has the same name.
NEXT_DOOR = TenantId("next-door")
NEXT_DOORS_OFFICE = admin(tenant_id=NEXT_DOOR)
NEXT_DOORS_OWNER = provider("owner", NEXT_DOOR)
NEXT_DOORS_ANN = customer("ann", NEXT_DOOR)


class Lossy:
    """A line to the provider that spoils the `next` attempt to close a payment there."""

    def __init__(self) -> None:
        self.next: Outage | None = None

    def __call__(self, call: Call, id: str) -> Outage | None:
        if call is not Call.CANCEL:
            return None
        outage, self.next = self.next, None
        return outage


class Driven(RuleBasedStateMachine):
    """One engine beside one model; rules are in its subclasses, a subject in each."""

    def __init__(self, open_storage: Callable[[], AbstractContextManager[Storage]]) -> None:
        super().__init__()
        self.opened = open_storage()
        storage: Any = self.opened.__enter__()
        self.model, self.next_door = Model(), Model()
        self.house = House(clock=ManualClock(self.model.now), storage=storage)
        self.lossy = Lossy()
        self.house.with_outages(self.lossy)
        self.engine = self.house.engine
        self._furnish()
        self.keys: Counter[tuple[str, str, str]] = Counter()
        self.read: dict[str, Booking] = {}
        self.answered: list[tuple[Callable[..., Any], tuple[Any, ...], Any]] = []

    def _furnish(self) -> None:
        keep = self.engine.keep_catalogue
        attic = place(ATTIC, "1", "2", "3", rules=Rules(holds_max=HOLDS_MOST["attic"]))
        keep.resource(attic, OWNER)
        keep.tenant(Tenant(id=NEXT_DOOR, name="Next door"), NEXT_DOORS_OFFICE)
        for resource in (place(ROOM, "1"), place(BARN, "1", "2", "3")):
            keep.resource(replace(resource, tenant_id=NEXT_DOOR), NEXT_DOORS_OWNER)

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)

    def attempt(self, act: Callable[..., Any], command: Any, by: Caller, *, can: bool) -> Any:
        """Do it, and see that it is refused if and only if the model says so."""
        operation = type(command).__name__
        # Everybody counts for themselves: the same key means something else to another.
        counted = operation, by.id, by.tenant_id
        arguments = (command, by, f"key-{self.keys[counted]}")
        self.keys[counted] += 1
        answer, refusal = self.ask(act, *arguments)
        must(
            (refusal is None) == can,
            Promise.REFUSED_IF_AND_ONLY_IF,
            f"{command}: {refusal or 'accepted'}",
        )
        if refusal is not None:
            return None
        if operation != "BlockUnits":  # A lifted block is answered as it is.
            self.answered.append((act, arguments, answer))
        return answer

    def ask(self, act: Callable[..., Any], *arguments: Any) -> tuple[Any, BookingError | None]:
        """Its answer or its refusal."""
        try:
            return act(*arguments), None
        except BookingError as refusal:
            return None, refusal
        except Exception as crash:
            raise Violated(Promise.NEVER_CRASHES, repr(crash)) from crash

    def do(self, act: Callable[..., Any], *arguments: Any) -> Any:
        """Its answer: there is no reason to refuse it."""
        answer, refusal = self.ask(act, *arguments)
        must(refusal is None, Promise.REFUSED_IF_AND_ONLY_IF, refusal)
        return answer

    def play(self, id: PaymentId, script: Any) -> None:
        """Let that happen at the payment provider, and be told."""
        self.house.gateway.play(DEFAULT_TENANT, id, script)
        self.do(self.house.gateway.deliver_due, self.engine.apply_callback)

    def pick(self, which: int, wanted: Callable[[Stay], bool] = lambda stay: True) -> Stay:
        """One of those that it suits, three times of four; else, or where it suits none, any."""
        return picked(self.model.stays.values(), which, wanted)


def picked(
    stays: Iterable[Stay], which: int, wanted: Callable[[Stay], bool] = lambda stay: True
) -> Stay:
    """One of those that it suits, three times of four; else, or where it suits none, any."""
    all_of_them = list(stays)
    suited = all_of_them
    if which % 4:
        suited = [stay for stay in all_of_them if wanted(stay)] or all_of_them
    return suited[which % len(suited)]


def as_wanted(parts: tuple[Part, ...]) -> Counter[Any]:
    """What must be claimed for them: resource, seat where it has a name, start and end."""
    wanted: Counter[Any] = Counter()
    for part in parts:
        wanted[part.resource, part.seat, *part.claimed] += part.count
    return wanted
