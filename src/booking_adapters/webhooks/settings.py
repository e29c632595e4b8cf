"""Where webhooks may go, and how patiently: from the environment."""

from __future__ import annotations

from attrs import frozen

from booking_adapters.environment import Environment, InvalidSetting
from booking_core.domain.webhook.address import Network, network
from booking_core.domain.webhook.reach import Reach

NETWORKS_NAME = "BOOKING_WEBHOOK_NETWORKS"
NETWORKS_EXPECTED = (
    "networks that are not public and may be called all the same, such as 10.1.0.0/16,fd00::/64"
)


@frozen(kw_only=True)
class WebhookSettings:
    """Public addresses by https, unless it is said otherwise; an attempt is over in `seconds`."""

    http: bool = False
    networks: tuple[Network, ...] = ()
    seconds: float = 20.0

    @property
    def reach(self) -> Reach:
        """As the core has it."""
        return Reach(http=self.http, networks=self.networks)


def read_webhooks(environment: Environment) -> WebhookSettings:
    """What the environment says; InvalidSetting if it is wrong."""
    listed = environment.matching(
        NETWORKS_NAME, NETWORKS_EXPECTED, r"[0-9A-Fa-f.:/, ]{1,2000}", None
    )
    return WebhookSettings(
        http=environment.choice("BOOKING_WEBHOOK_HTTP", ("yes", "no"), "no") == "yes",
        networks=() if listed is None else tuple(map(_network, listed.split(","))),
        seconds=environment.seconds("BOOKING_WEBHOOK_SECONDS", 0.1, 60, 20.0),
    )


def _network(text: str) -> Network:
    try:
        return network(text.strip())
    except ValueError:
        raise InvalidSetting(NETWORKS_NAME, NETWORKS_EXPECTED, repr(text[:100])) from None
