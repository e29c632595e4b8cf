"""What becomes of webhooks and deliveries, whatever receivers do: compared with a plain model."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from booking_adapters.memory.clock import ManualClock
from booking_adapters.memory.randomness import SeededRandomness
from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.simulated.webhook_sender import Sent, SimulatedWebhookSender
from booking_core.application.caller import admin
from booking_core.application.new_ids import NewIds
from booking_core.application.webhooks.deliver_webhooks import CLAIMED_FOR, DeliverWebhooks
from booking_core.application.webhooks.fan_out import FanOut
from booking_core.application.webhooks.keep_webhooks import KeepWebhooks, WebhookWish
from booking_core.application.webhooks.replay_deliveries import ReplayDeliveries
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.ids import EventId, TenantId
from booking_core.domain.webhook.delivery import DeliveryState, WebhookDelivery
from booking_core.domain.webhook.ids import DeliveryId, WebhookId
from booking_core.domain.webhook.message import WebhookMessage
from booking_core.domain.webhook.outcome import Failure
from booking_core.domain.webhook.reach import PUBLIC
from booking_core.domain.webhook.webhook import Disabled, WebhookState
from booking_core.ports.page import PageRequest
from tests.contract.builders import NOW, id_of

ACME = TenantId("acme")
OFFICE = admin(tenant_id=ACME)
DAYS_3 = timedelta(days=3)


@dataclass
class Model:
    """What a webhook should be like, counted by hand."""

    is_active: bool = True
    why: Disabled | None = None
    failures: list[datetime] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    delivered: set[str] = field(default_factory=set)


class Webhooks(RuleBasedStateMachine):
    """One tenant, one webhook, one receiver with moods; the clock goes on by hand."""

    @initialize()
    def begin(self) -> None:
        """With nothing told yet."""
        self.clock = ManualClock(NOW)
        randomness = SeededRandomness(7)
        storage = MemoryStorage()
        storage.catalogue.save_tenant(Tenant(id=ACME, name="Acme"))
        self.storage, self.webhooks = storage, storage.webhooks
        ids = NewIds(clock=self.clock, randomness=randomness)
        self.keep = KeepWebhooks(
            webhooks=self.webhooks, clock=self.clock, randomness=randomness, ids=ids, reach=PUBLIC
        )
        self.fan_out = FanOut(
            webhooks=self.webhooks,
            deliveries=storage.webhook_deliveries,
            clock=self.clock,
            ids=ids,
        )
        self.mood: int | Failure = 204
        self.sender = SimulatedWebhookSender(self._answer)
        self.deliver = DeliverWebhooks(
            webhooks=self.webhooks,
            deliveries=storage.webhook_deliveries,
            sender=self.sender,
            clock=self.clock,
            randomness=randomness,
        )
        self.replay = ReplayDeliveries(
            webhooks=self.webhooks, deliveries=storage.webhook_deliveries, clock=self.clock
        )
        wish = WebhookWish(url="https://a.example/", events=("booking.*",))
        self.id: WebhookId = self.keep.create(wish, OFFICE).webhook.id
        self.model = Model()

    def _answer(self, sent: Sent) -> int | Failure:
        assert self.model.is_active, "nothing is sent to a disabled webhook"
        if self.mood == 204:
            self.model.failures.clear()
            self.model.delivered.add(sent.headers["webhook-id"])
            return 204
        self.model.failures.append(self.clock.now())
        if self.mood == 410:
            self._lose(Disabled.GONE)
        elif len(self.model.failures) >= 10 and self.clock.now() - self.model.failures[0] >= DAYS_3:
            self._lose(Disabled.FAILING)
        return self.mood

    def _lose(self, why: Disabled) -> None:
        self.model.is_active, self.model.why = False, why

    @rule(mood=st.sampled_from([204, 204, 500, 302, 410, Failure.TIMEOUT]))
    def change_mood(self, mood: int | Failure) -> None:
        """From now on it answers so."""
        self.mood = mood

    @rule(name=st.sampled_from("abcdefgh"), kind=st.sampled_from(["booking", "payment"]))
    def happen(self, name: str, kind: str) -> None:
        """Perhaps for the second time."""
        event = EventId(id_of(kind[0] + name))
        message = WebhookMessage(
            tenant_id=ACME, event_id=event, event_type=f"{kind}.created", body=b"{}"
        )
        told = self.fan_out(message)
        assert told == (1 if self.model.is_active and kind == "booking" else 0)
        if told:
            self.model.told.add(event)

    @rule(seconds=st.sampled_from([0, 1, 6, 3600, 90_000]))
    def pass_time(self, seconds: int) -> None:
        """And let somebody deliver what is due, until nothing is."""
        self.clock.advance(timedelta(seconds=seconds))
        while self.deliver.turn(1):
            pass

    @rule(days=st.integers(1, 4))
    def pass_days(self, days: int) -> None:
        """With somebody who delivers, hour by hour."""
        for _ in range(days * 24):
            self.pass_time(3600)

    @rule()
    def die_over_one(self) -> None:
        """Claimed, and never recorded: it has used up an attempt, and comes again."""
        if self.deliver.claim(1):
            self.clock.advance(CLAIMED_FOR)

    @rule()
    def enable(self) -> None:
        """By its tenant."""
        self.keep.enable(self.id, OFFICE)
        self.model.is_active, self.model.why = True, None
        self.model.failures.clear()

    @rule()
    def disable(self) -> None:
        """By its tenant; the first reason stands."""
        self.keep.disable(self.id, OFFICE)
        self.model.is_active, self.model.why = False, self.model.why or Disabled.REQUESTED

    @rule(number=st.integers(0, 7))
    def replay_one(self, number: int) -> None:
        """Whatever became of it."""
        log = self._log()
        if number < len(log):
            self.replay.one(DeliveryId(log[number].id), OFFICE)

    @invariant()
    def it_is_as_it_should_be(self) -> None:
        """State, reason, count, and exactly one delivery per event that was told."""
        webhook = self.webhooks.get(ACME, self.id)
        assert (webhook.state is WebhookState.ACTIVE) == self.model.is_active
        assert webhook.disabled == self.model.why
        assert webhook.health.failures == len(self.model.failures)
        log = self._log()
        assert sorted(each.event_id for each in log) == sorted(self.model.told)
        for each in log:
            assert (each.next_at is not None) == (each.state is DeliveryState.PENDING)
            if each.state is DeliveryState.DELIVERED:
                assert each.event_id in self.model.delivered

    def _log(self) -> tuple[WebhookDelivery, ...]:
        page = PageRequest(limit=100)
        return self.storage.webhook_deliveries.of_webhook(ACME, self.id, page).entries


Webhooks.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
TestWebhooks = Webhooks.TestCase


def test_days_of_failures_disable_and_one_success_forgives_them() -> None:
    """Not before three days are over, counted from the last success on."""
    machine = Webhooks()
    machine.begin()
    machine.mood = 500
    machine.happen("a", "booking")
    machine.pass_days(1)
    machine.happen("b", "booking")
    machine.pass_days(1)
    assert machine.webhooks.get(ACME, machine.id).health.failures >= 20
    machine.mood = 204
    machine.happen("c", "booking")
    machine.pass_time(0)
    assert machine.webhooks.get(ACME, machine.id).health.failures == 0
    machine.mood = 500
    for name in "defg":
        assert machine.webhooks.get(ACME, machine.id).state is WebhookState.ACTIVE
        machine.happen(name, "booking")
        machine.pass_days(1)
    assert machine.webhooks.get(ACME, machine.id).disabled is Disabled.FAILING
    machine.it_is_as_it_should_be()


def test_one_that_kills_whoever_delivers_it_comes_to_an_end() -> None:
    """Its attempts are counted before they begin: after eleven deaths it is not sent again."""
    machine = Webhooks()
    machine.begin()
    machine.happen("a", "booking")
    for _ in range(11):
        (claimed,) = machine.deliver.claim(1)
        machine.clock.advance(CLAIMED_FOR)
    assert machine.deliver.turn(1) == 1
    assert machine.sender.sent == []
    (delivery,) = machine._log()
    assert delivery.state is DeliveryState.FAILED
    assert delivery.last is not None
    assert delivery.last.outcome.failure is Failure.INTERRUPTED
    assert claimed.delivery.attempts == 11
