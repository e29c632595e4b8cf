"""`booking resources`: list and show resources."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import click

from booking_cli.bookings import after_option, limit_option
from booking_cli.office import office_option
from booking_cli.output import json_option, show
from booking_cli.session import opened
from booking_cli.tables import print_table
from booking_core.application.booking.facts import money_facts
from booking_core.application.caller import Caller
from booking_core.domain.catalogue.resource import Resource
from booking_core.domain.catalogue.schedule import OpeningHours
from booking_core.domain.kernel.ids import ResourceId
from booking_core.ports.page import Page, PageRequest

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@click.group("resources")
def command() -> None:
    """List and show resources of one tenant."""


@command.command("list")
@limit_option
@after_option
@office_option
@json_option
def list_(limit: int, after: str | None, office: Caller) -> None:
    """List resources by id."""
    with opened() as composition:
        page = composition.engine.read_catalogue.resources(
            PageRequest(limit=limit, after=after), office
        )
    answer = {"resources": [_in_brief(resource) for resource in page.entries], "next": page.next}
    show(answer, lambda: _print_page(page))


@command.command("show")
@click.argument("resource_id")
@office_option
@json_option
def show_(resource_id: str, office: Caller) -> None:
    """Show one resource: units, opening hours, rules and offer."""
    with opened() as composition:
        resource = composition.engine.read_catalogue.resource(ResourceId(resource_id), office)
    show(_in_full(resource), lambda: _print(resource))


def _in_brief(resource: Resource) -> Mapping[str, object]:
    return {
        "resourceId": resource.id,
        "name": resource.name,
        "providerId": resource.provider_id,
        "zone": resource.zone,
        "assignment": resource.assignment,
        "units": len(resource.units),
        "price": money_facts(resource.offer.price),
        "per": resource.offer.per,
        "revision": resource.revision,
    }


def _in_full(resource: Resource) -> Mapping[str, object]:
    return {
        **_in_brief(resource),
        "unitIds": resource.unit_ids,
        "weekly": [[_span(hours) for hours in day] for day in resource.schedule.weekly],
        "exceptions": {
            day.isoformat(): [_span(hours) for hours in spans]
            for day, spans in resource.schedule.exceptions.items()
        },
        "rules": _rules(resource),
        "needsApproval": resource.offer.needs_approval,
        "holdForSeconds": resource.offer.hold_for,
    }


def _rules(resource: Resource) -> Mapping[str, object]:
    rules = resource.rules
    return {
        "stepSeconds": rules.step,
        "offsetSeconds": rules.offset,
        "durationMinSeconds": rules.duration_min,
        "durationMaxSeconds": rules.duration_max,
        "noticeMinSeconds": rules.notice_min,
        "advanceMaxSeconds": rules.advance_max,
        "bufferBeforeSeconds": rules.buffer_before,
        "bufferAfterSeconds": rules.buffer_after,
        "unitsMax": rules.units_max,
        "holdsMax": rules.holds_max,
    }


def _span(hours: OpeningHours) -> str:
    return f"{_clock(hours.opens_minute)}-{_clock(hours.closes_minute)}"


def _clock(minute: int) -> str:
    """24:00 and later are the next day's: the span belongs to the day on which it begins."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _lasting(duration: timedelta) -> str:
    """Days, or hours and minutes."""
    return str(duration).removesuffix(", 0:00:00")


def _print_page(page: Page[Resource]) -> None:
    print_table(
        ("id", "name", "provider", "zone", "assignment", "units", "price", "per"),
        [
            (it.id, it.name, it.provider_id, it.zone, it.assignment, len(it.units))
            + ((it.offer.price, it.offer.per) if it.offer.price else ())
            for it in page.entries
        ],
    )
    if page.next is not None:
        click.echo(f"More with --after {page.next}")


def _print(resource: Resource) -> None:
    click.echo(f"{resource.id}  {resource.name}  ({resource.zone}, revision {resource.revision})")
    shown = ", ".join(resource.unit_ids[:20]) + (", …" if len(resource.units) > 20 else "")
    click.echo(f"{len(resource.units)} units, {resource.assignment}: {shown}")
    if resource.offer.price is not None:
        click.echo(f"{resource.offer.price} per {resource.offer.per} and unit")
    if resource.schedule.always_open:
        click.echo("Always open")
    else:
        hours = [", ".join(map(_span, day)) or "closed" for day in resource.schedule.weekly]
        print_table(("day", "open"), zip(DAYS, hours, strict=True))
    rules = resource.rules
    print_table(
        ("rule", "value"),
        [
            ("starts every", _lasting(rules.step)),
            ("duration", f"{_lasting(rules.duration_min)} to {_lasting(rules.duration_max)}"),
            ("notice", f"{_lasting(rules.notice_min)} to {_lasting(rules.advance_max)}"),
            ("claimed before", _lasting(rules.buffer_before)),
            ("claimed after", _lasting(rules.buffer_after)),
            ("units at once", rules.units_max),
            ("live holds of a customer", rules.holds_max or "any number"),
        ],
    )
