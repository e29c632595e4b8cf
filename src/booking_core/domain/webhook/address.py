"""Which addresses belong to the public internet, and which never may be called."""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

# Written out, from IANA's registries of special addresses: what `ipaddress` calls global has
# changed between patch releases of Python.
_NOT_PUBLIC_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # This host
        "10.0.0.0/8",  # Private
        "100.64.0.0/10",  # Carriers' own, and a cloud's metadata
        "127.0.0.0/8",  # Loopback
        "168.63.129.16/32",  # A cloud's wire server, though it looks public
        "169.254.0.0/16",  # Link-local, and clouds' metadata
        "172.16.0.0/12",  # Private
        "192.0.0.0/24",  # Protocol assignments, and a cloud's metadata
        "192.0.2.0/24",  # Documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # Private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # Benchmarks
        "198.51.100.0/24",  # Documentation
        "203.0.113.0/24",  # Documentation
        "224.0.0.0/4",  # Multicast
        "240.0.0.0/4",  # Reserved, and broadcast
    )
)
# Nothing else of IPv6 is public: not loopback, not what stands for an IPv4 address (mapped,
# NAT64), not unique local, link-local or multicast addresses.
_PUBLIC_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # Protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # Documentation
        "2002::/16",  # 6to4: stands for an IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # Documentation
    )
)


def is_public(address: Address) -> bool:
    """Whether it is somebody's on the internet, as far as an address can tell."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_V4)
    return address in _PUBLIC_V6 and not any(address in network for network in _NOT_PUBLIC_V6)


def address(text: str) -> Address | None:
    """The address that is spelt in full, or None."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def network(text: str) -> Network:
    """The network that is spelt like 10.1.0.0/16, or ValueError."""
    return ip_network(text)
