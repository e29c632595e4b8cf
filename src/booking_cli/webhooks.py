"""`booking webhooks`: who is told what happens, what was told, and the telling itself."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime

import click

from booking_cli.bookings import after_option, limit_option
from booking_cli.delivering import Delivering
from booking_cli.logs import set_up_logging
from booking_cli.office import office_option
from booking_cli.output import json_option, show, show_line
from booking_cli.session import opened
from booking_cli.stopping import stopping
from booking_cli.tables import print_table
from booking_cli.watch_port import watch_port
from booking_core.application.caller import Caller
from booking_core.application.messaging.back_off import BackOff
from booking_core.application.webhooks.replay_deliveries import REPLAYED_MOST
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.span import Span
from booking_core.domain.webhook.delivery import DeliveryState, WebhookDelivery
from booking_core.domain.webhook.ids import DeliveryId, WebhookId
from booking_core.domain.webhook.webhook import Webhook
from booking_core.ports.page import Page, PageRequest


class Instant(click.ParamType[datetime]):
    """RFC 3339 with an offset."""

    name = "time"

    def convert(
        self, value: str, param: click.Parameter | None, context: click.Context | None
    ) -> datetime:
        """The instant, or InvalidInput."""
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            field = "time" if param is None or param.name is None else param.name
            raise InvalidInput(field, "a time with an offset, such as 2030-06-03T09:00:00Z")
        return found


@click.group("webhooks")
def command() -> None:
    """URLs of tenants that are told what happens."""


@command.command("list")
@limit_option
@after_option
@office_option
@json_option
def list_(limit: int, after: str | None, office: Caller) -> None:
    """List a tenant's webhooks by id."""
    with opened() as composition:
        page = composition.engine.read_webhooks.all(PageRequest(limit=limit, after=after), office)
    answer = {"webhooks": [_in_brief(each) for each in page.entries], "next": page.next}
    show(answer, lambda: _print_webhooks(page))


@command.command("show")
@click.argument("webhook_id")
@click.option("--state", type=click.Choice([state.value for state in DeliveryState]))
@limit_option
@after_option
@office_option
@json_option
def show_(
    webhook_id: str, state: str | None, limit: int, after: str | None, office: Caller
) -> None:
    """Show one webhook, and what it was told: the latest first."""
    wanted = None if state is None else DeliveryState(state)
    with opened() as composition:
        read, id = composition.engine.read_webhooks, WebhookId(webhook_id)
        webhook = read.one(id, office)
        page = read.log(id, PageRequest(limit=limit, after=after), wanted, office)
    answer = {
        **_in_brief(webhook),
        "deliveries": [_delivery(each) for each in page.entries],
        "next": page.next,
    }
    show(answer, lambda: _print_log(webhook, page))


@command.command("replay")
@click.argument("delivery_id", required=False)
@click.option("--webhook", "webhook_id", metavar="ID", help="In place of one delivery: all of it.")
@click.option("--from", "start", type=Instant(), help="That was told from then on,")
@click.option("--until", "end", type=Instant(), help="and before then.")
@click.option("--delivered-too", is_flag=True, help="Not only what failed.")
@office_option
@json_option
def replay(
    delivery_id: str | None,
    webhook_id: str | None,
    start: datetime | None,
    end: datetime | None,
    delivered_too: bool,
    office: Caller,
) -> None:
    """Send again: one delivery, or what failed of a webhook's in a period."""
    if delivery_id is not None and (webhook_id, start, end) == (None, None, None):
        with opened() as composition:
            again = composition.engine.replay_deliveries.one(DeliveryId(delivery_id), office)
        show(_delivery(again), lambda: click.echo(f"{again.id} is due again"))
        return
    if delivery_id is not None or webhook_id is None or start is None or end is None:
        raise InvalidInput("replay", "a delivery's id, or --webhook with --from and --until")
    with opened() as composition:
        count = composition.engine.replay_deliveries.period(
            WebhookId(webhook_id), Span(start, end), office, delivered_too=delivered_too
        )
    more = " or more: run it again" if count == REPLAYED_MOST else ""
    show({"replayed": count}, lambda: click.echo(f"Due again: {count}{more}"))


@command.command("deliver")
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    help="Attempts at once.",
)
@json_option
def deliver(threads: int) -> None:
    """Send what is due to all tenants' webhooks, until SIGTERM.

    Any number may run at once; they share the work. An attempt that was cut off is made again, so
    receivers may get an event twice. Events become deliveries by `booking worker`.
    """
    with opened() as composition, stopping() as stopped, watch_port(composition):
        set_up_logging(composition.settings)
        deliverer = composition.deliver_webhooks()
        back_off = BackOff(randomness=composition.engine.ports.randomness)
        work = Delivering(deliverer, back_off, threads)
        with closing(deliverer.sender):
            show_line({"delivering": threads}, f"Delivering, {threads} at once")
            work.until(stopped)
    told = {state.value: work.counts[state] for state in DeliveryState}
    show_line(told, ", ".join(f"{state}: {count}" for state, count in told.items()))


def _in_brief(webhook: Webhook) -> Mapping[str, object]:
    return {
        "webhookId": webhook.id,
        "url": webhook.url,
        "events": webhook.events,
        "state": webhook.state,
        "disabledBecause": webhook.disabled,
        "failures": webhook.health.failures,
        "failingSince": webhook.health.failing_since,
        "createdAt": webhook.created_at,
        "revision": webhook.revision,
    }


def _delivery(it: WebhookDelivery) -> Mapping[str, object]:
    outcome = None if it.last is None else it.last.outcome
    return {
        "deliveryId": it.id,
        "webhookId": it.webhook_id,
        "eventId": it.event_id,
        "eventType": it.event_type,
        "state": it.state,
        "attempts": it.attempts,
        "createdAt": it.created_at,
        "nextAt": it.next_at,
        "lastAt": None if it.last is None else it.last.at,
        "lastStatus": None if outcome is None else outcome.status,
        "lastFailure": None if outcome is None else outcome.failure,
        "lastSeconds": None if outcome is None else outcome.took,
    }


def _print_webhooks(page: Page[Webhook]) -> None:
    print_table(
        ("id", "url", "events", "state", "failures"),
        [
            (it.id, it.url, " ".join(it.events), it.disabled or it.state, it.health.failures)
            for it in page.entries
        ],
    )
    _print_more(page.next)


def _print_log(webhook: Webhook, page: Page[WebhookDelivery]) -> None:
    why = "" if webhook.disabled is None else f" ({webhook.disabled})"
    click.echo(f"{webhook.id}  {webhook.url}  {webhook.state}{why}")
    click.echo(f"Told of {', '.join(webhook.events)}")
    print_table(
        ("delivery", "event", "state", "attempts", "last", "took s", "next"),
        [
            (it.id, it.event_type, it.state, it.attempts, *_last(it), it.next_at)
            for it in page.entries
        ],
    )
    _print_more(page.next)


def _last(it: WebhookDelivery) -> tuple[object, object]:
    if it.last is None:
        return None, None
    outcome = it.last.outcome
    return outcome.status or outcome.failure, f"{outcome.took.total_seconds():.3f}"


def _print_more(after: str | None) -> None:
    if after is not None:
        click.echo(f"More with --after {after}")
