"""Where webhooks may go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.webhook.address import Address, Network, address, is_public

URL_LONGEST = 2000
DEFAULT_PORTS = {"http": 80, "https": 443}
NAME_LONGEST = 253
# Deliberately little: no user, no fragment, no escapes or letters of other alphabets in the host.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[(?P<v6>[0-9a-f:.]{2,45})\]|(?P<name>[a-z0-9._-]+))"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>/[!-\[\]-~]*)?(?P<query>\?[!-\[\]-~]*)?",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A URL taken apart, by those who judged it: nobody reads it a second time, and differently.

    `host` is a name or an address without brackets, `authority` how it is called in a request.
    """

    scheme: str
    host: str
    port: int
    authority: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """By default https alone, and public addresses alone.

    `http` lets URLs without encryption through, `networks` addresses that are not public: both are
    for development, or for receivers within one's own walls.
    """

    http: bool = False
    networks: tuple[Network, ...] = ()

    def check(self, url: str) -> Endpoint:
        """What the URL means, or InvalidInput where nothing will be sent; asks no name server."""
        found = _URL.fullmatch(url) if len(url) <= URL_LONGEST and "#" not in url else None
        if found is None:
            _refuse("an https URL without user and fragment, at most 2000 characters")
        scheme = found["scheme"].lower()
        if scheme == "http" and not self.http:
            _refuse("an https URL: without encryption anybody on the way could read and change it")
        port = int(found["port"] or DEFAULT_PORTS[scheme])
        if not 1 <= port <= 65_535:
            _refuse("a port from 1 to 65535")
        is_usual = port == DEFAULT_PORTS[scheme]
        return Endpoint(
            scheme=scheme,
            host=self._checked_host(found["v6"], found["name"]),
            port=port,
            authority=found["host"] if is_usual else f"{found['host']}:{port}",
            target=(found["path"] or "/") + (found["query"] or ""),
        )

    def allows(self, where: Address) -> bool:
        """Whether that address may be connected to: judged after the name was looked up."""
        return is_public(where) or any(where in network for network in self.networks)

    def _checked_host(self, v6: str | None, name: str | None) -> str:
        spelt = v6 if name is None else name.lower().removesuffix(".")
        assert spelt is not None  # One of the two is what the host is.
        where = address(spelt)
        if where is not None:
            if not self.allows(where):
                _refuse("a host on the public internet")
            return str(where)
        labels = spelt.split(".")
        # Resolvers take 127.1, 0x7f000001 and 2130706433 for addresses: nobody means a name by it.
        if (
            name is None
            or len(spelt) > NAME_LONGEST
            or not all(_LABEL.fullmatch(label) for label in labels)
            or _NUMBER.fullmatch(labels[-1])
        ):
            _refuse("a host name, or an address in its usual spelling")
        if not self.networks and (len(labels) == 1 or labels[-1] in {"localhost", "local"}):
            _refuse("a host on the public internet")
        return spelt


PUBLIC = Reach()


def _refuse(expected: str) -> NoReturn:
    raise InvalidInput("url", expected)
