"""A booking and its money, as JSON and for people."""

from __future__ import annotations

from collections.abc import Mapping

import click

from booking_cli.tables import print_table
from booking_core.application.booking.facts import booking_facts, money_facts
from booking_core.ports.booking_repository import Dossier


def booking_as_json(dossier: Dossier) -> Mapping[str, object]:
    """The facts that events tell of it, and where its money stands."""
    booking, account = dossier.booking, dossier.account
    return {
        **booking_facts(booking),
        "code": booking.code,
        "start": booking.start,
        "end": booking.end,
        "reasonCode": booking.reason_code,
        "checkedInAt": booking.checked_in_at,
        "createdAt": booking.created_at,
        "flag": booking.flag,
        "version": booking.version,
        "paymentState": account.state,
        "payments": [
            {
                "paymentId": attempt.id,
                "attempt": attempt.number,
                "state": attempt.state,
                "amount": money_facts(attempt.amount),
                "captured": money_facts(attempt.captured),
                "failure": attempt.failure,
            }
            for attempt in account.attempts
        ],
        "refunds": [
            {
                "refundId": refund.id,
                "paymentId": refund.payment_id,
                "state": refund.state,
                "amount": money_facts(refund.amount),
                "reason": refund.reason,
                "failure": refund.failure,
            }
            for refund in account.refunds
        ],
    }


def print_booking(dossier: Dossier) -> None:
    """A few lines on the booking, its items, its payments and refunds."""
    booking, account = dossier.booking, dossier.account
    click.echo(f"{booking.id}  {booking.code}  {booking.state}  payment {account.state}")
    click.echo(f"customer {booking.customer_id}, provider {booking.provider_id}")
    for name, value in (
        ("price", booking.price),
        ("expires at", booking.expires_at),
        ("reason", booking.reason_code),
        ("checked in at", booking.checked_in_at),
        ("flag", booking.flag),
    ):
        if value is not None:
            click.echo(f"{name} {value}")
    print_table(
        ("resource", "units", "start", "end", "service", "performance"),
        [
            (
                item.resource_id,
                ", ".join(item.unit_ids),
                item.span.start,
                item.span.end,
                item.service_id,
                item.performance_id,
            )
            for item in booking.items
        ],
    )
    money: list[tuple[object, ...]] = []
    money += (("payment", it.id, it.state, it.amount, it.failure) for it in account.attempts)
    money += (("refund", it.id, it.state, it.amount, it.failure) for it in account.refunds)
    if money:
        print_table(("money", "id", "state", "amount", "failure"), money)
