"""The composition root: settings in, a working engine out."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from booking_adapters.composition import compose
from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.settings import Settings, read_settings
from booking_core import Resource, Unit, provider
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import DEFAULT_TENANT, ProviderId, ResourceId, UnitId
from booking_core.engine import BookingEngine


def settings(**more: str) -> Settings:
    """Settings for an engine in memory."""
    return read_settings({"BOOKING_DATABASE_URL": "memory://", **more})


def test_everything_is_made_and_fits_together() -> None:
    """The container's providers are not checked by types, so every one of them is made here."""
    secret = {"BOOKING_PAYMENT_WEBHOOK_SECRET": "s" * 32, "BOOKING_ENVIRONMENT": "development"}
    with compose(settings(**secret)) as composed:
        assert isinstance(composed.engine, BookingEngine)
        assert isinstance(composed.storage, MemoryStorage)
        assert composed.engine.ports.storage is composed.storage
        assert composed.engine.ports.payments is composed.gateway
        assert composed.webhook is not None
        assert composed.checkout is not None


def test_nobody_can_pay_by_a_click_in_production() -> None:
    """The simulated provider's page is for development alone."""
    with compose(settings()) as composed:
        assert composed.checkout is None


def test_no_secret_means_no_webhook() -> None:
    """A webhook without a secret to judge it by would believe anybody."""
    with compose(settings()) as composed:
        assert composed.webhook is None


def test_two_compositions_share_nothing() -> None:
    """An engine can be embedded twice in one process."""
    room = Resource(
        tenant_id=DEFAULT_TENANT,
        id=ResourceId("room"),
        provider_id=ProviderId("inn"),
        name="Room",
        zone="Europe/Paris",
        units=(Unit(UnitId("room")),),
    )
    with compose(settings()) as one, compose(settings()) as other:
        one.engine.keep_catalogue.resource(room, provider("inn"))
        assert one.engine.read_catalogue.resource(room.id, provider("inn")) == room
        with pytest.raises(NotFound):
            other.engine.read_catalogue.resource(room.id, provider("inn"))


def test_threads_that_compose_at_once_get_engines_of_their_own() -> None:
    """Composing is safe from any thread: one engine each, with one storage each."""
    with ThreadPoolExecutor(8) as threads:
        composed = list(threads.map(lambda _: compose(settings()), range(32)))
    assert len({id(it.engine) for it in composed}) == 32
    assert len({id(it.storage) for it in composed}) == 32
    for it in composed:
        assert it.engine.ports.storage is it.storage
        it.close()
