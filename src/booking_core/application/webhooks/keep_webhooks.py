"""Make, change, switch and delete a tenant's webhooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import ClassVar

from booking_core.application.caller import Caller
from booking_core.application.new_ids import NewIds
from booking_core.application.once import KeyReused, valid_key
from booking_core.domain.kernel.errors import BookingError, Busy, Kind, NotFound
from booking_core.domain.kernel.ids import uuid8
from booking_core.domain.webhook.ids import WebhookId
from booking_core.domain.webhook.reach import Reach
from booking_core.domain.webhook.secret import KEY_BYTES, SigningSecret, secret_from
from booking_core.domain.webhook.webhook import Disabled, Webhook
from booking_core.ports.clock import Clock
from booking_core.ports.page import PageRequest
from booking_core.ports.randomness import Randomness
from booking_core.ports.webhooks import StaleWebhook, Webhooks

WEBHOOKS_MAX = 50  # Of one tenant: every event is told to each of them.
TURNS_MAX = 8


@dataclass(eq=False)
class TooManyWebhooks(BookingError):
    """A tenant may have {webhooks_max} webhooks"""

    code: ClassVar[str] = "too-many-webhooks"
    kind: ClassVar[Kind] = Kind.CONFLICT
    webhooks_max: int


@dataclass(eq=False)
class WebhookRevisionMismatch(BookingError):
    """The webhook is at revision {actual}, not {expected}"""

    code: ClassVar[str] = "webhook-revision-mismatch"
    kind: ClassVar[Kind] = Kind.STALE
    expected: int
    actual: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookWish:
    """Where to, and of what: types of events, `booking.*` for all below, `*` for all."""

    url: str
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """The webhook; `secret` only for the request that made it, and for that request again."""

    webhook: Webhook
    secret: str | None
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepWebhooks:
    """For an admin of the tenant alone: whoever has a webhook hears of all of its bookings."""

    webhooks: Webhooks
    clock: Clock
    randomness: Randomness
    ids: NewIds
    reach: Reach

    def create(self, wish: WebhookWish, by: Caller, key: str | None = None) -> Issued:
        """A new one, active, with a secret. Raises TooManyWebhooks, InvalidInput."""
        by.run()
        self.reach.check(wish.url)
        webhook_id, made_by = self._named(wish, by, key)
        earlier = self._earlier(webhook_id, made_by, by, key)
        if earlier is not None:
            return earlier
        page = self.webhooks.of_tenant(by.tenant_id, PageRequest(limit=WEBHOOKS_MAX))
        if len(page.entries) >= WEBHOOKS_MAX:
            raise TooManyWebhooks(WEBHOOKS_MAX)
        secret = self._secret()
        webhook = Webhook(
            tenant_id=by.tenant_id,
            id=webhook_id,
            url=wish.url,
            events=wish.events,
            secrets=(SigningSecret(text=secret, made_by=made_by),),
            created_at=self.clock.now(),
        )
        try:
            self.webhooks.save(webhook)
        except StaleWebhook:  # The same request, at the same moment.
            earlier = self._earlier(webhook_id, made_by, by, key)
            if earlier is None:
                raise
            return earlier
        return Issued(webhook=webhook, secret=secret)

    def change(
        self, webhook_id: WebhookId, wish: WebhookWish, expected: int | None, by: Caller
    ) -> Webhook:
        """Its URL and events, whole; asked for again, it is so already, whatever was expected."""
        by.run()
        self.reach.check(wish.url)

        def act(webhook: Webhook) -> Webhook:
            changed = webhook.changed(wish.url, wish.events)
            if changed != webhook and expected not in (None, webhook.revision):
                raise WebhookRevisionMismatch(expected or 0, webhook.revision)
            return changed

        return self._change(webhook_id, by, act)

    def rotate_secret(self, webhook_id: WebhookId, by: Caller, key: str | None = None) -> Issued:
        """A new secret at once; the one before signs beside it for a day."""
        by.run()
        made_by = None if key is None else _fingerprint("rotate", webhook_id, by.id, valid_key(key))
        secret, now = self._secret(), self.clock.now()

        def act(webhook: Webhook) -> Webhook:
            if made_by is not None and webhook.secrets[0].made_by == made_by:
                return webhook
            return webhook.rotated(secret, now, made_by)

        webhook = self._change(webhook_id, by, act)
        newest = webhook.secrets[0].text
        return Issued(webhook=webhook, secret=newest, replayed=newest != secret)

    def enable(self, webhook_id: WebhookId, by: Caller) -> Webhook:
        """Tell it again, of what happens from now on; what failed can be replayed."""
        by.run()
        # First, or it might be disabled again for what was before.
        self.webhooks.note_success(by.tenant_id, webhook_id)
        return self._change(webhook_id, by, Webhook.enable)

    def disable(self, webhook_id: WebhookId, by: Caller) -> Webhook:
        """Tell it nothing; what is on its way is given up when it is due."""
        by.run()
        return self._change(webhook_id, by, lambda it: it.disable(Disabled.REQUESTED))

    def delete(self, webhook_id: WebhookId, by: Caller) -> None:
        """With all that is known of its deliveries, or NotFound."""
        by.run()
        self.webhooks.delete(by.tenant_id, webhook_id)

    def _change(
        self, webhook_id: WebhookId, by: Caller, act: Callable[[Webhook], Webhook]
    ) -> Webhook:
        for _ in range(TURNS_MAX):
            webhook = self.webhooks.get(by.tenant_id, webhook_id)
            changed = act(webhook)
            if changed == webhook:
                return webhook
            try:
                self.webhooks.save(changed)
            except StaleWebhook:
                continue
            return changed
        raise Busy("too many others want the same")

    def _named(
        self, wish: WebhookWish, by: Caller, key: str | None
    ) -> tuple[WebhookId, str | None]:
        """Out of the request's key: the same request names the same thing."""
        if key is None:
            return WebhookId(self.ids.one()), None
        name = _fingerprint("create", by.tenant_id, by.id, valid_key(key))
        webhook_id = WebhookId(uuid8(int(name, 16) & (1 << 122) - 1))
        return webhook_id, _fingerprint(name, repr(wish))

    def _earlier(
        self, webhook_id: WebhookId, made_by: str | None, by: Caller, key: str | None
    ) -> Issued | None:
        if key is None:
            return None
        try:
            webhook = self.webhooks.get(by.tenant_id, webhook_id)
        except NotFound:
            return None
        newest = webhook.secrets[0]
        # After a rotation nobody knows any more what it was made as.
        if webhook.secrets[-1].made_by != made_by and len(webhook.secrets) == 1:
            raise KeyReused(key)
        secret = newest.text if newest.made_by == made_by else None
        return Issued(webhook=webhook, secret=secret, replayed=True)

    def _secret(self) -> str:
        return secret_from(self.randomness.below(1 << 8 * KEY_BYTES))


def _fingerprint(*parts: str) -> str:
    return blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
