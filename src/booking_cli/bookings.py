"""`booking bookings`: list, show and cancel bookings."""

from __future__ import annotations

import click

from booking_cli.dossier import booking_as_json, print_booking
from booking_cli.office import office_option
from booking_cli.output import json_option, show, wants_json
from booking_cli.session import opened
from booking_cli.tables import print_table
from booking_core.application.booking.cancel_booking import CancelBooking, QuoteCancellation
from booking_core.application.caller import Caller
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.booking.quote import Quote
from booking_core.domain.kernel.ids import BookingId, CustomerId, ProviderId, ResourceId
from booking_core.ports.booking_repository import BookingFilter, Dossier
from booking_core.ports.page import PAGE_LARGEST, Page, PageRequest

limit_option = click.option(
    "--limit",
    type=click.IntRange(1, PAGE_LARGEST),
    default=50,
    show_default=True,
    help="Lines at most.",
)
after_option = click.option("--after", metavar="CURSOR", help="Go on where a list ended.")


@click.group("bookings")
def command() -> None:
    """List, show and cancel bookings of one tenant."""


@command.command("list")
@click.option("--state", type=click.Choice([state.value for state in BookingState]))
@click.option("--customer", metavar="ID")
@click.option("--provider", metavar="ID")
@click.option("--resource", metavar="ID")
@limit_option
@after_option
@office_option
@json_option
def list_(
    state: str | None,
    customer: str | None,
    provider: str | None,
    resource: str | None,
    limit: int,
    after: str | None,
    office: Caller,
) -> None:
    """List bookings, newest first."""
    wanted = BookingFilter(
        customer_id=None if customer is None else CustomerId(customer),
        provider_id=None if provider is None else ProviderId(provider),
        resource_id=None if resource is None else ResourceId(resource),
        state=None if state is None else BookingState(state),
    )
    with opened() as composition:
        page = composition.engine.read_bookings.page(
            wanted, PageRequest(limit=limit, after=after), office
        )
    answer = {"bookings": [booking_as_json(it) for it in page.entries], "next": page.next}
    show(answer, lambda: _print_page(page))


@command.command("show")
@click.argument("booking_id")
@office_option
@json_option
def show_(booking_id: str, office: Caller) -> None:
    """Show one booking and its money."""
    with opened() as composition:
        dossier = composition.engine.read_bookings.one(BookingId(booking_id), office)
    show(booking_as_json(dossier), lambda: print_booking(dossier))


@command.command("history")
@click.argument("booking_id")
@limit_option
@after_option
@office_option
@json_option
def history(booking_id: str, limit: int, after: str | None, office: Caller) -> None:
    """Show what happened to a booking, in order."""
    with opened() as composition:
        page = composition.engine.read_bookings.history(
            BookingId(booking_id), PageRequest(limit=limit, after=after), office
        )
    events = [
        {
            "sequence": event.sequence,
            "type": event.type,
            "timestamp": event.at,
            "actor": event.actor,
            "correlationId": event.correlation_id,
            "data": event.data,
        }
        for event in page.entries
    ]
    columns = ("sequence", "timestamp", "type", "actor")
    show(
        {"events": events, "next": page.next},
        lambda: print_table(columns, [[event[name] for name in columns] for event in events]),
    )


@command.command("cancel")
@click.argument("booking_id")
@click.option("--reason", default="cancelled", show_default=True, metavar="CODE")
@click.option("--key", help="Idempotency key: the same one again has one effect.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@office_option
@json_option
def cancel(booking_id: str, reason: str, key: str | None, yes: bool, office: Caller) -> None:
    """Cancel a booking on the provider's behalf, which gives all money back."""
    with opened() as composition:
        engine = composition.engine
        if not (yes or wants_json()):
            quote = engine.quote_cancellation(
                QuoteCancellation(booking_id=BookingId(booking_id)), office
            )
            click.confirm(f"Cancel it, and give back {_given_back(quote)}?", abort=True)
        cancelled = CancelBooking(booking_id=BookingId(booking_id), reason=reason)
        outcome = engine.cancel_booking(cancelled, office, key)
        dossier = engine.read_bookings.one(outcome.dossier.booking.id, office)
    show(booking_as_json(dossier), lambda: print_booking(dossier))


def _given_back(quote: Quote) -> str:
    return "nothing, as nothing was paid" if quote.refund is None else str(quote.refund)


def _print_page(page: Page[Dossier]) -> None:
    print_table(
        ("id", "code", "state", "customer", "start", "end", "price"),
        [
            (
                booking.id,
                booking.code,
                booking.state,
                booking.customer_id,
                f"{booking.start:%Y-%m-%d %H:%M}",
                f"{booking.end:%Y-%m-%d %H:%M}",
                booking.price,
            )
            for booking in (dossier.booking for dossier in page.entries)
        ],
    )
    if page.next is not None:
        click.echo(f"More with --after {page.next}")
