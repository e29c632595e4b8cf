"""What is looked at before a service opens, so that it does not open in vain."""

from __future__ import annotations

import logging

from booking_adapters.composition import compose
from booking_adapters.environment import InvalidSetting
from booking_adapters.settings import Settings
from booking_cli.schema import require_usable
from booking_core.domain.kernel.errors import Busy
from booking_http.token_keys import token_keys

log = logging.getLogger(__name__)


def examine(settings: Settings) -> None:
    """InvalidSetting or UnsoundSchema if nothing would work; lesser harm is logged.

    A database that is away may come back. An older version may have to start over the schema of
    a newer one, while that is rolled out.
    """
    token_keys(settings.tokens)
    if settings.http.workers > 1:
        require_shared(settings)
    with compose(settings) as composition:
        try:
            require_usable(composition)
            for problem in composition.schema_problems():
                log.error("The database is not as it should be: %s", problem)
        except Busy as refusal:
            log.error("Starting all the same: %s", refusal)


def require_shared(settings: Settings) -> None:
    """InvalidSetting where a worker would keep to itself what all of them must see."""
    if settings.database.scheme == "memory":
        raise InvalidSetting("BOOKING_DATABASE_URL", "a database, as workers share it", "memory")
    if settings.payments.simulated_file is None:
        raise InvalidSetting("BOOKING_SIMULATED_FILE", "a path, as workers share it", "nothing")
