"""Another team's payment service: it hears of bookings, takes their money, and tells of it.

It speaks as the appointments' dialect does, keeps its own till, and repeats itself when it is told
something twice.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from threading import Event
from typing import Any

import psycopg

from booking_adapters.brokers.open import open_publisher
from booking_adapters.messages.envelope import EnvelopeCodec
from booking_cli.stopping import stopping
from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.publisher import Message
from campaign.saga.stage import Stage

FAILS_FIRST = 20  # Of so many bookings, one fails once and is then paid.
BATCH = 200
TILL = """INSERT INTO saga_till (ref, captured, refunded) SELECT * FROM
    unnest(%s::text[], %s::int[], %s::int[]) ON CONFLICT DO NOTHING"""
Entry = tuple[str, int, int]


def serve(stage: Stage, stopped: Event) -> None:
    """Until it is stopped."""
    decode = EnvelopeCodec().decode
    receiver = stage.receiver("till")
    publisher = open_publisher(stage.broker, stage.payments)
    with (
        psycopg.connect(stage.database, autocommit=True) as connection,
        closing(receiver),
        closing(publisher),
    ):
        while not stopped.is_set():
            try:
                deliveries = receiver.receive(BATCH, 0.5)
                facts = [answer for one in deliveries for answer in answers(decode(one.message))]
                connection.execute(TILL, [list(each) for each in zip(*till(facts), strict=True)])
                publisher.publish([told(each) for each in facts])
            except BookingError as refusal:
                if refusal.kind is not Kind.BUSY:
                    raise
                receiver.give_back(deliveries)
                stopped.wait(0.5)
                continue
            receiver.accept(deliveries)


def answers(incoming: Incoming) -> Iterator[dict[str, Any]]:
    """What the service does about an event, as it tells of it."""
    data: Any = incoming.data
    about = {
        "tenantId": incoming.tenant_id,
        "appointmentId": incoming.booking_id,
        "customerId": data["customerId"],
        "timestamp": datetime.now(UTC).isoformat(),
    }
    if incoming.type == "payment.refund_requested":
        yield about | {
            "type": "PAYMENT_REFUNDED",
            "eventId": f"back-{data['refundId']}",
            "refundId": f"back-{data['refundId']}",
            "paymentId": data["paymentId"],
            "status": "refunded",
            "reason": "asked",
            **amount(data["amount"]),
        }
    elif data["price"] is not None:
        ref = f"pay-{incoming.booking_id}"
        if int(str(incoming.booking_id)[-4:], 16) % FAILS_FIRST == 0:
            yield about | {
                "type": "PAYMENT_FAILED",
                "eventId": f"no-{ref}",
                "paymentId": f"no-{ref}",
                "status": "failed",
                "error": "card_declined",
                **amount(data["price"]),
            }
        yield about | {
            "type": "PAYMENT_COMPLETED",
            "eventId": ref,
            "paymentId": ref,
            "status": "succeeded",
            **amount(data["price"]),
        }


def amount(money: Any) -> dict[str, Any]:
    """Of euros, as the dialect writes it."""
    return {"amount": money["amountMinor"] / 100, "currency": money["currency"]}


def till(facts: Sequence[dict[str, Any]]) -> Sequence[Entry]:
    """What it has in its own books of what it tells."""
    entries = [("", 0, 0)]  # So that there is always something to write.
    for each in facts:
        cents = round(each["amount"] * 100)
        if each["type"] == "PAYMENT_COMPLETED":
            entries.append((each["eventId"], cents, 0))
        elif each["type"] == "PAYMENT_REFUNDED":
            entries.append((each["eventId"], 0, cents))
    return entries


def told(facts: dict[str, Any]) -> Message:
    """A message of the dialect."""
    topic = facts["type"].lower().replace("_", ".", 1)
    return Message(
        key=facts["appointmentId"],
        topic=topic,
        body=json.dumps(facts).encode(),
        headers={"content-type": "application/json"},
    )


if __name__ == "__main__":
    with stopping() as asked:
        serve(Stage(database=sys.argv[1], broker=sys.argv[2], name=sys.argv[3]), asked)
