"""A consumer that records what it is told: `python -m campaign.outage.consumer`.

It holds on to what it was given until that is recorded: so what it records first of each booking
is in the order in which the broker has it. Of what comes again nobody can say that: when it first
came, and to which connection, is not known.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from threading import Event

import psycopg

from booking_adapters.brokers.open import open_receiver
from booking_adapters.messages.envelope import EnvelopeCodec
from booking_cli.stopping import stopping
from booking_core.domain.kernel.errors import Busy
from booking_core.ports.publisher import TOLD_AGAIN
from booking_core.ports.receiver import Delivery, Receiver, Subscription
from campaign.outage.planted import ACKNOWLEDGE_FIRST, INBOX_APART, apply_apart
from campaign.outage.record import Record

MOST, RECEIVE_SECONDS, PAUSE_SECONDS = 50, 1.0, 0.1


def consume(receiver: Receiver, record: Record, stopped: Event, bug: str | None) -> None:
    """Until it is stopped, between two batches."""
    decode = EnvelopeCodec().decode
    apply = record.apply if bug != INBOX_APART else partial(apply_apart, record)
    while not stopped.is_set():
        deliveries = _received(receiver, stopped)
        if bug == ACKNOWLEDGE_FIRST:
            receiver.accept(deliveries)
        told = [(decode(delivery.message), _may_be_again(delivery)) for delivery in deliveries]
        if told and not _keep_trying(partial(apply, told), stopped, once=bug == ACKNOWLEDGE_FIRST):
            continue
        if bug != ACKNOWLEDGE_FIRST:
            receiver.accept(deliveries)


def _may_be_again(delivery: Delivery) -> bool:
    return delivery.may_be_again or TOLD_AGAIN in delivery.message.headers


def _received(receiver: Receiver, stopped: Event) -> Sequence[Delivery]:
    try:
        return receiver.receive(MOST, RECEIVE_SECONDS)
    except Busy:
        stopped.wait(PAUSE_SECONDS)
        return ()


def _keep_trying(work: Callable[[], None], stopped: Event, *, once: bool) -> bool:
    """Whether it was done; a database that is away is waited for."""
    while not stopped.is_set():
        try:
            work()
        except psycopg.Error as error:
            print(f"again: {error}", flush=True)
            if once:
                return False
            stopped.wait(PAUSE_SECONDS)
        else:
            return True
    return False


def main() -> int:
    """Consume until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broker", required=True)
    parser.add_argument("--exchange", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--consumer", required=True)
    parser.add_argument("--bug")
    options = parser.parse_args()
    subscription = Subscription(consumer=options.consumer, topics=("#",))
    receiver = open_receiver(options.broker, options.exchange, subscription)
    record = Record(options.database, options.consumer, f"{options.consumer}-{os.getpid()}")
    with closing(record), closing(receiver), stopping() as stopped:
        consume(receiver, record, stopped, options.bug)
    return 0


if __name__ == "__main__":
    sys.exit(main())
