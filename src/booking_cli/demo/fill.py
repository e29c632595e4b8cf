"""Put the demo into an engine's catalogue; what is there already stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from booking_cli.demo.car_park import CAR_PARK
from booking_cli.demo.clinic import CONSULTATION, DOCTORS, SMALL_SURGERY
from booking_cli.demo.hall import HALL, performances
from booking_cli.demo.hotel import DOUBLE_ROOM
from booking_cli.demo.town import TENANT, ZONE
from booking_core.application.caller import admin
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.errors import NotFound
from booking_core.engine import BookingEngine


def fill(engine: BookingEngine) -> int:
    """Fill in what is missing, as of today where the houses are; how many things that was."""
    keep, read, by = engine.keep_catalogue, engine.read_catalogue, admin("demo", TENANT)
    catalogue = engine.ports.storage.catalogue
    town = Tenant(id=TENANT, name="Riverside")
    today = engine.ports.clock.now().astimezone(ZoneInfo(ZONE)).date()
    made = [_unless_there(partial(catalogue.tenant, TENANT), partial(keep.tenant, town, by))]
    for resource in (*DOCTORS, CAR_PARK, HALL, DOUBLE_ROOM):
        there: Callable[[], object] = partial(read.resource, resource.id, by)
        made.append(_unless_there(there, partial(keep.resource, resource, by)))
    for service in (CONSULTATION, SMALL_SURGERY):
        there = partial(read.service, service.id, by)
        made.append(_unless_there(there, partial(keep.service, service, by)))
    for performance in performances(today):
        there = partial(read.performance, performance.id, by)
        made.append(_unless_there(there, partial(keep.performance, performance, by)))
    return sum(made)


def _unless_there(find: Callable[[], object], make: Callable[[], object]) -> bool:
    try:
        find()
    except NotFound:
        make()
        return True
    return False
