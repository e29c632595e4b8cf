"""Where tenants' webhooks rest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import TenantId
from booking_core.domain.webhook.ids import WebhookId
from booking_core.domain.webhook.secret import secret_from
from booking_core.domain.webhook.webhook import Disabled, Health, Webhook, WebhookState
from booking_core.ports.page import PageRequest
from booking_core.ports.storage import Storage
from booking_core.ports.webhooks import StaleWebhook
from tests.contract.builders import ACME, GLOBEX, NOW, furnish, id_of
from tests.contract.webhook_builders import a_delivery, a_webhook, keep, tell
from tests.storages import Storages

HOOK = WebhookId(id_of("hook"))


def test_what_is_stored_comes_back(store: Storage) -> None:
    """All of it, with two secrets, the reason why it is disabled, and times to the microsecond."""
    keep(store, a_webhook(events=("booking.*", "payment.completed")))
    at = NOW + timedelta(microseconds=1)
    changed = a_webhook(events=("booking.*", "payment.completed")).rotated(
        secret_from(1 << 255), at, "somebody"
    )
    changed = replace(changed.disable(Disabled.REQUESTED), revision=2)
    store.webhooks.save(changed)
    found = store.webhooks.get(ACME, HOOK)
    assert found == changed
    assert [secret.text for secret in found.secrets] == [each.text for each in changed.secrets]


@pytest.mark.parametrize("webhook_id", [id_of("other"), "no-uuid", ""])
def test_one_that_does_not_exist_is_missing(store: Storage, webhook_id: str) -> None:
    """Whatever it is called, and whatever is asked."""
    for act in (store.webhooks.get, store.webhooks.delete):
        with pytest.raises(NotFound) as refusal:
            act(ACME, WebhookId(webhook_id))
        assert refusal.value.noun == "webhook"
    store.webhooks.note_success(ACME, WebhookId(webhook_id))
    assert store.webhooks.note_failure(ACME, WebhookId(webhook_id), NOW).failures == 1


def test_another_tenants_is_missing(store: Storage) -> None:
    """It can neither be seen, changed, counted at nor deleted."""
    store.catalogue.save_tenant(replace(store.catalogue.tenant(ACME), id=GLOBEX))
    keep(store, a_webhook())
    with pytest.raises(NotFound):
        store.webhooks.get(GLOBEX, HOOK)
    with pytest.raises(NotFound):
        store.webhooks.delete(GLOBEX, HOOK)
    store.webhooks.note_failure(GLOBEX, HOOK, NOW)
    with pytest.raises(StaleWebhook):
        store.webhooks.save(replace(a_webhook(tenant_id=GLOBEX), revision=2))
    assert store.webhooks.of_tenant(GLOBEX, PageRequest()).entries == ()
    assert store.webhooks.active(GLOBEX) in ((), [])
    assert store.webhooks.get(ACME, HOOK) == a_webhook()


def test_a_tenant_that_does_not_exist_has_none(store: Storage) -> None:
    """Nor can it get one."""
    with pytest.raises(NotFound) as refusal:
        keep(store, a_webhook(tenant_id=TenantId("nobody")))
    assert refusal.value.noun == "tenant"
    assert store.webhooks.of_tenant(TenantId("nobody"), PageRequest()).entries == ()
    assert not store.webhooks.active(TenantId("nobody"))


@pytest.mark.parametrize("revision", [1, 3, 4])
def test_only_the_next_revision_is_stored(store: Storage, revision: int) -> None:
    """Whoever changes what does not stand any more is refused, and so is one that is new twice."""
    keep(store, a_webhook())
    with pytest.raises(StaleWebhook):
        store.webhooks.save(replace(a_webhook(), url="https://other.example/", revision=revision))
    assert store.webhooks.get(ACME, HOOK) == a_webhook()
    with pytest.raises(StaleWebhook):
        store.webhooks.save(replace(a_webhook("other"), revision=2))


def test_pages_hold_all_of_a_tenants_by_id(store: Storage) -> None:
    """However long a page is."""
    names = [f"hook-{number}" for number in range(5)]
    keep(store, *map(a_webhook, reversed(names)))
    for limit in (1, 2, 5, 6):
        seen: list[str] = []
        after = None
        while True:
            page = store.webhooks.of_tenant(ACME, PageRequest(limit=limit, after=after))
            seen += [each.id for each in page.entries]
            after = page.next
            if after is None:
                break
        assert seen == [id_of(name) for name in names]


def test_the_active_ones_are_those_that_are_not_disabled(store: Storage) -> None:
    """Within a transaction as well."""
    keep(store, a_webhook("one"), a_webhook("two"))
    store.webhooks.save(a_webhook("one").disable(Disabled.GONE))
    assert [each.id for each in store.webhooks.active(ACME)] == [id_of("two")]
    with store.inbox.together("booking.webhooks", NOW) as reception:
        assert [each.id for each in store.webhooks.active(ACME, reception.connection)] == [
            id_of("two")
        ]


def test_all_tenants_are_counted_by_state(store: Storage) -> None:
    """No more of them than asked for are looked at."""
    assert store.webhooks.counts(9) == {WebhookState.ACTIVE: 0, WebhookState.DISABLED: 0}
    keep(store, a_webhook("one"), a_webhook("two"), a_webhook("theirs", tenant_id=GLOBEX))
    store.webhooks.save(a_webhook("one").disable(Disabled.GONE))
    assert store.webhooks.counts(9) == {WebhookState.ACTIVE: 2, WebhookState.DISABLED: 1}
    assert sum(store.webhooks.counts(2).values()) == 2


def test_failures_are_counted_since_the_first_until_one_success(store: Storage) -> None:
    """That is no change of the tenant's: the revision stays."""
    keep(store, a_webhook())
    later = NOW + timedelta(days=1)
    assert store.webhooks.note_failure(ACME, HOOK, NOW) == Health(failures=1, failing_since=NOW)
    second = Health(failures=2, failing_since=NOW)
    assert store.webhooks.note_failure(ACME, HOOK, later) == second
    assert store.webhooks.get(ACME, HOOK) == replace(a_webhook(), health=second)
    store.webhooks.note_success(ACME, HOOK)
    store.webhooks.note_success(ACME, HOOK)
    assert store.webhooks.get(ACME, HOOK) == a_webhook()


def test_what_a_tenant_changes_leaves_the_count_alone(store: Storage) -> None:
    """A change that was made on an older count overwrites nothing."""
    keep(store, a_webhook())
    read = store.webhooks.get(ACME, HOOK)
    store.webhooks.note_failure(ACME, HOOK, NOW)
    store.webhooks.save(read.changed("https://other.example/", ("*",)))
    assert store.webhooks.get(ACME, HOOK).health.failures == 1


def test_a_deleted_one_is_gone_with_its_log(store: Storage) -> None:
    """The other's log stays, also where both were told the same."""
    keep(store, a_webhook("hook"), a_webhook("other"))
    tell(store, *(a_delivery(f"d{n}", event=f"e{n}") for n in range(3)))
    tell(store, a_delivery("kept", hook="other", event="e0"))
    store.webhooks.delete(ACME, HOOK)
    with pytest.raises(NotFound):
        store.webhooks.get(ACME, HOOK)
    with pytest.raises(NotFound):
        store.webhook_deliveries.get(ACME, a_delivery("d0").id)
    assert store.webhook_deliveries.of_webhook(ACME, HOOK, PageRequest()).entries == ()
    (claimed,) = store.webhook_deliveries.claim(NOW, NOW + timedelta(minutes=1), 10)
    assert claimed.delivery.id == id_of("kept")


def test_of_many_who_change_the_same_revision_one_wins(storage: Storages) -> None:
    """At one moment, from several threads."""
    with storage() as store:
        furnish(store)
        keep(store, a_webhook())
        start = Barrier(4)

        def change(number: int) -> Webhook | None:
            wanted = a_webhook().changed(f"https://{number}.example/", ("*",))
            start.wait()
            try:
                store.webhooks.save(wanted)
            except StaleWebhook:
                return None
            return wanted

        with ThreadPoolExecutor(4) as threads:
            won = [each for each in threads.map(change, range(4)) if each is not None]
        assert won == [store.webhooks.get(ACME, HOOK)]


def test_many_failures_at_once_are_all_counted(storage: Storages) -> None:
    """No count is lost between a reading and a writing."""
    with storage() as store:
        furnish(store)
        keep(store, a_webhook())
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: store.webhooks.note_failure(ACME, HOOK, NOW), range(20)))
        assert store.webhooks.get(ACME, HOOK).health == Health(failures=20, failing_since=NOW)
