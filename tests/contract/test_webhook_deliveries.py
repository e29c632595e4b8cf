"""What is on its way to webhooks, and what became of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import EventId, TenantId
from booking_core.domain.kernel.span import Span
from booking_core.domain.webhook.delivery import DeliveryState, WebhookDelivery
from booking_core.domain.webhook.ids import DeliveryId, WebhookId
from booking_core.domain.webhook.outcome import Failure
from booking_core.domain.webhook.schedule import A_DAY
from booking_core.ports.outbox import Backlog
from booking_core.ports.page import PageRequest
from booking_core.ports.storage import Storage
from tests.contract.builders import ACME, GLOBEX, NOW, furnish, id_of
from tests.contract.webhook_builders import (
    A_WHILE,
    BAD,
    BODY,
    GOOD,
    SILENT,
    a_delivery,
    a_message,
    a_webhook,
    attempt,
    keep,
    tell,
)
from tests.storages import Storages

HOOK = WebhookId(id_of("hook"))
DELIVERY = DeliveryId(id_of("delivery"))
MICROSECOND = timedelta(microseconds=1)
DAY = Span(NOW - timedelta(days=1), NOW + timedelta(days=1))
ENDED = {DeliveryState.DELIVERED, DeliveryState.FAILED}


@pytest.fixture
def told(store: Storage) -> Storage:
    """A store with one webhook and one delivery that is due."""
    keep(store, a_webhook())
    tell(store, a_delivery())
    return store


def test_what_is_claimed_is_whole_and_its_attempt_is_counted(told: Storage) -> None:
    """With the webhook, and the message byte for byte."""
    (claimed,) = told.webhook_deliveries.claim(NOW, NOW + A_WHILE, 10)
    assert claimed.webhook == a_webhook()
    assert claimed.message == a_message()
    assert claimed.message.body == BODY
    assert claimed.delivery == replace(a_delivery(), attempts=1, next_at=NOW + A_WHILE)
    assert told.webhook_deliveries.get(ACME, DELIVERY) == claimed


def test_a_claim_keeps_others_out_until_it_ends(told: Storage) -> None:
    """Not a microsecond longer; whoever died has used up an attempt."""
    claim = told.webhook_deliveries.claim
    assert not claim(NOW - MICROSECOND, NOW + A_WHILE, 1)
    assert claim(NOW, NOW + A_WHILE, 1)
    assert not claim(NOW + A_WHILE - MICROSECOND, NOW + 2 * A_WHILE, 1)
    (again,) = claim(NOW + A_WHILE, NOW + 2 * A_WHILE, 1)
    assert again.delivery.attempts == 2


@pytest.mark.parametrize("outcome", [GOOD, BAD, SILENT], ids=["good", "bad", "silent"])
def test_how_an_attempt_ended_is_recorded_once(told: Storage, outcome: object) -> None:
    """As it was judged, to the microsecond; nobody records the same attempt a second time."""
    (claimed,) = told.webhook_deliveries.claim(NOW, NOW + A_WHILE, 1)
    judged = claimed.delivery.judged(outcome, NOW + MICROSECOND, A_DAY, 77)  # type: ignore[arg-type]
    assert told.webhook_deliveries.record(judged)
    assert told.webhook_deliveries.get(ACME, DELIVERY).delivery == judged
    if judged.state is not DeliveryState.PENDING:
        assert not told.webhook_deliveries.record(judged)


def test_one_that_ended_is_never_due(told: Storage) -> None:
    """Delivered or given up."""
    assert attempt(told, GOOD).state is DeliveryState.DELIVERED
    assert not told.webhook_deliveries.claim(NOW + timedelta(days=9), NOW + timedelta(days=10), 9)


def test_whoever_was_frozen_records_nothing(told: Storage) -> None:
    """Somebody else has claimed it meanwhile: their attempt counts."""
    claim = told.webhook_deliveries.claim
    (frozen,) = claim(NOW, NOW + A_WHILE, 1)
    (other,) = claim(NOW + A_WHILE, NOW + 2 * A_WHILE, 1)
    assert not told.webhook_deliveries.record(frozen.delivery.judged(BAD, NOW, A_DAY, 0))
    good = other.delivery.judged(GOOD, NOW, A_DAY, 0)
    assert told.webhook_deliveries.record(good)
    assert not told.webhook_deliveries.record(frozen.delivery.judged(BAD, NOW, A_DAY, 0))
    assert told.webhook_deliveries.get(ACME, DELIVERY).delivery == good


def test_the_longest_due_come_first_and_no_more_than_asked_for(store: Storage) -> None:
    """Those of webhooks that are left out stay due."""
    keep(store, a_webhook("hook"), a_webhook("busy"))
    minute = timedelta(minutes=1)
    tell(
        store,
        a_delivery("c", event="c", at=NOW - minute),
        a_delivery("a", event="a", at=NOW - 3 * minute),
        a_delivery("x", event="x", hook="busy", at=NOW - 4 * minute),
        a_delivery("b", event="b", at=NOW - 2 * minute),
        a_delivery("later", event="later", at=NOW + minute),
    )
    claim = store.webhook_deliveries.claim
    busy = WebhookId(id_of("busy"))
    first = claim(NOW, NOW + A_WHILE, 2, [busy])
    assert [each.delivery.id for each in first] == [id_of("a"), id_of("b")]
    rest = claim(NOW, NOW + A_WHILE, 9)
    assert [each.delivery.id for each in rest] == [id_of("x"), id_of("c")]


def test_what_waits_is_counted_since_it_is_due(store: Storage) -> None:
    """Later tries too; what has ended does not wait, and nothing is counted past the most."""
    assert store.webhook_deliveries.backlog(9) == Backlog(count=0, oldest=None)
    keep(store, a_webhook("hook"))
    minute = timedelta(minutes=1)
    tell(
        store,
        a_delivery("done", event="done", at=NOW - minute),
        a_delivery("due", event="due", at=NOW),
        a_delivery("later", event="later", at=NOW + minute),
    )
    attempt(store, GOOD)
    assert store.webhook_deliveries.backlog(9) == Backlog(count=2, oldest=NOW)
    assert store.webhook_deliveries.backlog(1) == Backlog(count=1, oldest=NOW)


def test_one_event_is_told_once_to_each_webhook(store: Storage) -> None:
    """However often it is added; one that was delivered stays so."""
    keep(store, a_webhook("hook"), a_webhook("other"))
    both = [a_delivery("one"), a_delivery("two", hook="other")]
    store.webhook_deliveries.add(a_message(), both)
    for each in store.webhook_deliveries.claim(NOW, NOW + A_WHILE, 9):
        assert store.webhook_deliveries.record(each.delivery.judged(GOOD, NOW, A_DAY, 0))
    store.webhook_deliveries.add(a_message(), [a_delivery("three"), a_delivery("x", hook="other")])
    assert log(store) == [id_of("one")]
    assert not store.webhook_deliveries.claim(NOW, NOW + A_WHILE, 9)


def test_for_a_webhook_that_is_gone_nothing_is_added(store: Storage) -> None:
    """It may have been deleted between two looks."""
    store.webhook_deliveries.add(a_message(), [a_delivery()])
    assert not store.webhook_deliveries.claim(NOW, NOW + A_WHILE, 9)
    with pytest.raises(NotFound):
        store.webhook_deliveries.get(ACME, DELIVERY)


def test_what_is_added_within_a_transaction_is_there_with_it(store: Storage) -> None:
    """And not at all where the transaction fails."""
    keep(store, a_webhook())
    add = store.webhook_deliveries.add
    with suppress(ZeroDivisionError), store.inbox.together("w", NOW) as reception:
        add(a_message("lost"), [a_delivery("lost", event="lost")], reception.connection)
        raise ZeroDivisionError
    assert log(store) == []
    with store.inbox.together("w", NOW) as reception:
        add(a_message(), [a_delivery()], reception.connection)
        add(a_message(), [a_delivery("again")], reception.connection)
    assert log(store) == [DELIVERY]


def log(store: Storage, state: DeliveryState | None = None, tenant: TenantId = ACME) -> list[str]:
    """The ids in the log, the latest first."""
    page = store.webhook_deliveries.of_webhook(tenant, HOOK, PageRequest(), state)
    return [each.id for each in page.entries]


def test_the_log_is_paged_the_latest_first(store: Storage) -> None:
    """By state, if one asks so, and without what other webhooks were told."""
    keep(store, a_webhook("hook"), a_webhook("other"))
    names = [f"d{number}" for number in range(5)]
    tell(store, *(a_delivery(name, event=name) for name in names))
    tell(store, a_delivery("z", hook="other", event="d0"))
    for outcome in (GOOD, GOOD, replace(BAD, status=410)):
        attempt(store, outcome)
    ids = [id_of(name) for name in reversed(names)]
    assert log(store) == ids
    assert log(store, DeliveryState.PENDING) == ids[:2]
    assert log(store, DeliveryState.DELIVERED) == ids[3:]
    assert log(store, DeliveryState.FAILED) == ids[2:3]
    seen, after = [], None
    while True:
        page = store.webhook_deliveries.of_webhook(ACME, HOOK, PageRequest(limit=2, after=after))
        seen += [each.id for each in page.entries]
        after = page.next
        if after is None:
            break
    assert seen == ids


def test_what_is_another_tenants_is_missing(told: Storage) -> None:
    """Neither log nor delivery is seen, and nothing is replayed."""
    told.catalogue.save_tenant(replace(told.catalogue.tenant(ACME), id=GLOBEX))
    attempt(told, GOOD)
    before = told.webhook_deliveries.get(ACME, DELIVERY)
    assert log(told, tenant=GLOBEX) == []
    for tenant in (GLOBEX, TenantId("nobody")):
        with pytest.raises(NotFound):
            told.webhook_deliveries.get(tenant, DELIVERY)
        with pytest.raises(NotFound):
            told.webhook_deliveries.replay(tenant, DELIVERY, NOW)
        assert told.webhook_deliveries.replay_all(tenant, HOOK, DAY, ENDED, NOW, 9) == 0
    assert told.webhook_deliveries.get(ACME, DELIVERY) == before


@pytest.mark.parametrize("id", [id_of("other"), "no-uuid", ""])
def test_names_that_nothing_has(told: Storage, id: str) -> None:
    """Are missing, whatever they look like."""
    with pytest.raises(NotFound) as refusal:
        told.webhook_deliveries.get(ACME, DeliveryId(id))
    assert refusal.value.noun == "delivery"
    with pytest.raises(NotFound):
        told.webhook_deliveries.replay(ACME, DeliveryId(id), NOW)
    page = told.webhook_deliveries.of_webhook(ACME, WebhookId(id), PageRequest())
    assert page.entries == ()
    assert told.webhook_deliveries.replay_all(ACME, WebhookId(id), DAY, ENDED, NOW, 9) == 0


@pytest.mark.parametrize("outcome", [None, GOOD, BAD, replace(BAD, status=410)])
def test_a_replayed_one_begins_anew(told: Storage, outcome: object) -> None:
    """Whatever became of it; how it ended last stays to be seen."""
    last = None if outcome is None else attempt(told, outcome).last  # type: ignore[arg-type]
    later = NOW + timedelta(days=2)
    told.webhook_deliveries.replay(ACME, DELIVERY, later)
    found = told.webhook_deliveries.get(ACME, DELIVERY).delivery
    assert found == replace(a_delivery(), next_at=later, last=last)
    (claimed,) = told.webhook_deliveries.claim(later, later + A_WHILE, 1)
    assert claimed.delivery.attempts == 1


def test_a_period_is_replayed_by_state(store: Storage) -> None:
    """Half open, the first ones first, at most so many; what waits is left as it is."""
    keep(store, a_webhook())
    gone = replace(BAD, status=410)
    for number, outcome in ((0, GOOD), (1, gone), (3, GOOD), (4, gone)):
        at = NOW + timedelta(hours=number)
        tell(store, a_delivery(f"d{number}", event=f"e{number}", at=at))
        attempt(store, outcome, at)
    tell(store, a_delivery("d2", event="e2", at=NOW + timedelta(hours=2)))  # It waits.
    later = NOW + timedelta(days=1)
    replay = store.webhook_deliveries.replay_all
    during = Span(NOW, NOW + timedelta(hours=4))
    assert replay(ACME, HOOK, during, {DeliveryState.FAILED}, later, 9) == 1
    assert log(store, DeliveryState.FAILED) == [id_of("d4")]
    assert replay(ACME, HOOK, during, ENDED, later, 1) == 1
    assert log(store, DeliveryState.DELIVERED) == [id_of("d3")]
    waiting = store.webhook_deliveries.get(ACME, DeliveryId(id_of("d2"))).delivery
    assert waiting.next_at == NOW + timedelta(hours=2)


def test_old_ones_are_forgotten_bit_by_bit_with_their_messages(store: Storage) -> None:
    """What waits stays, however old; a message stays as long as one of its deliveries."""
    keep(store, a_webhook("hook"), a_webhook("other"))
    for number in range(3):
        tell(store, a_delivery(f"d{number}", event=f"e{number}"))
        attempt(store, GOOD)
    tell(store, a_delivery("waiting", event="e0", hook="other"))
    forget = store.webhook_deliveries.forget
    assert forget(NOW, 9) == 0
    later = NOW + MICROSECOND
    assert forget(later, 2) == 2
    assert forget(later, 2) == 1
    assert forget(later, 2) == 0
    assert log(store) == []
    (claimed,) = store.webhook_deliveries.claim(NOW, NOW + A_WHILE, 9)
    assert claimed.message.body == BODY
    # An event that is forgotten is a new one: nothing of it is left.
    tell(store, a_delivery("anew", event="e1", at=later))
    assert log(store) == [id_of("anew")]


def test_many_who_claim_at_once_never_have_the_same(storage: Storages) -> None:
    """Four threads share what is due: each is claimed by one, and none is left."""
    with storage() as store:
        furnish(store)
        keep(store, a_webhook())
        names = [f"d{number}" for number in range(40)]
        tell(store, *(a_delivery(name, event=name) for name in names))
        start = Barrier(4)

        def claim_all(_: int) -> list[WebhookDelivery]:
            start.wait()
            mine: list[WebhookDelivery] = []
            while claimed := store.webhook_deliveries.claim(NOW, NOW + A_WHILE, 3):
                mine += [each.delivery for each in claimed]
            return mine

        with ThreadPoolExecutor(4) as threads:
            claimed = [each for mine in threads.map(claim_all, range(4)) for each in mine]
        # One that meets only what others are claiming goes home early.
        claimed += [
            each.delivery for each in store.webhook_deliveries.claim(NOW, NOW + A_WHILE, 99)
        ]
        assert sorted(each.id for each in claimed) == sorted(map(id_of, names))
        assert {each.attempts for each in claimed} == {1}


def test_an_event_that_many_tell_at_once_is_told_once(storage: Storages) -> None:
    """Also where they begin at one moment."""
    with storage() as store:
        furnish(store)
        keep(store, a_webhook())
        start = Barrier(4)

        def add(number: int) -> None:
            start.wait()
            store.webhook_deliveries.add(a_message(), [a_delivery(f"d{number}")])

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(add, range(4)))
        assert len(log(store)) == 1


def test_every_failure_can_be_stored(told: Storage) -> None:
    """And is what comes back."""
    for failure in Failure:
        told.webhook_deliveries.replay(ACME, DELIVERY, NOW)
        judged = attempt(told, replace(SILENT, failure=failure))
        assert told.webhook_deliveries.get(ACME, DELIVERY).delivery == judged
        assert judged.event_id == EventId(id_of("event"))
