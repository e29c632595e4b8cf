"""Nothing within our own walls is ever called, by whatever name."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from ipaddress import ip_network

import pytest

from booking_adapters.webhooks.webhook_sender import HttpWebhookSender, Patience
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.webhook.outcome import Failure, Outcome
from booking_core.domain.webhook.reach import PUBLIC, Reach
from tests.webhook_receivers import Receiver, receiving

BRIEF = Patience(connect_seconds=0.3, read_seconds=0.3, total_seconds=0.5)
WITHIN = (
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255"),
    *("100.64.0.1", "100.100.100.200", "100.127.255.255", "169.254.0.1", "169.254.169.254"),
    *("169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1"),
    *("192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255"),
    *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1"),
    *("255.255.255.255", "168.63.129.16"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8"),
    *("::ffff:0:7f00:1", "64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1"),
    *("2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:20::1"),
    *("2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "3fff::1", "5f00::1", "fc00::1"),
    *("fd00:ec2::254", "fd12:3456::1", "fe80::1", "fe80::1%1", "fec0::1", "ff02::1", "ff0e::1"),
)
OUTSIDE = ("8.8.8.8", "1.1.1.1", "100.63.255.255", "172.32.0.1", "9.255.255.255", "2606:4700::1111")
TRICKS = (
    *("https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/"),
    *("https://0177.0.0.1/", "https://017700000001/", "https://127.0.0.1./", "https://0/"),
    *("https://1.2.3/", "https://999.1.1.1/", "https://1.2.3.4.5/", "https://a.0x1/"),
    *(
        "https://localhost/",
        "https://LOCALHOST./",
        "https://a.localhost/",
        "https://printer.local/",
    ),
    *("https://intranet/", "https://user@example.com/", "https://user:pw@example.com/"),
    *(
        "https://example.com@127.0.0.1/",
        "https://127.0.0.1@example.com/",
        "https://example.com#@x/",
    ),
    *(
        "https://example.com\\@127.0.0.1/",
        "https://example.com\\.evil.org/",
        "https:\\\\example.com/",
    ),
    *(
        "https://exam ple.com/",
        "https://example.com/a b",
        "https://example.com/\r\nX: y",
        " https://a.b/",
    ),
    *(
        "https://example.com/\n",
        "https://%31%32%37.0.0.1/",
        "https://ex%61mple.com/",
        "https://①②⑦.0.0.1/",
    ),
    *(
        "https://127。0。0。1/",
        "https://bücher.example/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::1]/",
    ),
    *(
        "https://[fe80::1%25eth0]/",
        "https://[fe80::1%eth0]/",
        "https://::1/",
        "https://[::1/",
        "https://[]/",
    ),
    *(
        "https://[127.0.0.1]/",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://example.com:/",
    ),
    *("https://example.com:99999999999/", "https://example.com:-1/", "https://example.com:8o/"),
    *("https:///hook", "https://", "https:example.com", "//example.com/", "example.com", "", "/"),
    *("http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/"),
    *("javascript:alert(1)", "data:,x", "unix:///run/docker.sock", "dict://example.com:11211/"),
    *(
        "https://-a.example/",
        "https://a-.example/",
        "https://a..example/",
        "https://.example/",
        "https://.../",
    ),
    *("https://" + "a" * 64 + ".example/", "https://" + "a." * 130 + "example/"),
    *("https://example.com/" + "a" * 2000, "https://example.com/\x00", "https://example.com/\x7f"),
)
GOOD = {
    "https://example.com": ("example.com", 443, "example.com", "/"),
    "https://Example.COM./A?b=C": ("example.com", 443, "Example.COM.", "/A?b=C"),
    "HTTPS://example.com:8443/a;b?c=d&e=%20?f": (
        *("example.com", 8443, "example.com:8443", "/a;b?c=d&e=%20?f"),
    ),
    "https://example.com?a=/b": ("example.com", 443, "example.com", "/?a=/b"),
    "https://example.com:443/a//b/../c@d": ("example.com", 443, "example.com", "/a//b/../c@d"),
    "https://xn--bcher-kva.example/": (
        *("xn--bcher-kva.example", 443, "xn--bcher-kva.example", "/"),
    ),
    "https://a_b.example/": ("a_b.example", 443, "a_b.example", "/"),
    "https://8.8.8.8:8443/": ("8.8.8.8", 8443, "8.8.8.8:8443", "/"),
    "https://[2606:4700::1111]/": ("2606:4700::1111", 443, "[2606:4700::1111]", "/"),
}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody within our own walls, who must never hear anything."""
    with receiving() as receiver:
        yield receiver
        assert receiver.connections == 0


def send(url: str, *addresses: str, reach: Reach = PUBLIC) -> Outcome:
    """What comes of it where the name leads there."""
    sender = HttpWebhookSender(reach, patience=BRIEF, resolve=lambda *_: addresses)
    return sender.send(url, {}, b"{}")


@pytest.mark.parametrize("address", WITHIN)
def test_a_name_that_leads_within_is_not_followed(receiver: Receiver, address: str) -> None:
    """Alone, or beside addresses that are public."""
    url = f"https://evil.example:{receiver.port}/"
    assert send(url, address).failure is Failure.FORBIDDEN_ADDRESS
    assert send(url, "8.8.8.8", address).failure is Failure.FORBIDDEN_ADDRESS
    assert send(url, address, "8.8.8.8").failure is Failure.FORBIDDEN_ADDRESS


@pytest.mark.parametrize("address", [it for it in WITHIN if "%" not in it])
def test_an_address_within_is_refused_as_soon_as_it_is_told(address: str) -> None:
    """Nobody has to send anything to find it out."""
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(InvalidInput) as refusal:
        PUBLIC.check(f"https://{host}/")
    assert refusal.value.field == "url"


@pytest.mark.parametrize("url", TRICKS)
def test_urls_that_mean_something_else_are_refused(url: str) -> None:
    """And nothing is sent there, should one have been stored."""
    with pytest.raises(InvalidInput) as refusal:
        PUBLIC.check(url)
    assert refusal.value.field == "url"
    assert send(url, "8.8.8.8").failure is Failure.REFUSED_URL


@pytest.mark.parametrize(("url", "meant"), GOOD.items(), ids=GOOD.keys())
def test_what_is_sent_is_what_the_url_says(url: str, meant: tuple[str, int, str, str]) -> None:
    """Host, port, authority and target, to the letter."""
    endpoint = PUBLIC.check(url)
    assert (endpoint.host, endpoint.port, endpoint.authority, endpoint.target) == meant
    assert endpoint.scheme == "https"


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_is_public_may_be_called(address: str) -> None:
    """As far as one can tell without calling it."""
    host = f"[{address}]" if ":" in address else address
    assert PUBLIC.check(f"https://{host}/").host == address


def test_the_address_that_was_judged_is_the_one_that_is_called() -> None:
    """A name server that answers otherwise the second time is not asked a second time."""
    asked: list[str] = []
    with receiving() as receiver:

        def resolve(host: str, port: int) -> Sequence[str]:
            asked.append(host)
            return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

        reach = Reach(http=True, networks=(ip_network("127.0.0.1/32"),))
        sender = HttpWebhookSender(reach, resolve=resolve)
        outcome = sender.send(f"http://moving.example:{receiver.port}/", {}, b"{}")
        assert outcome.is_success
        assert receiver.received[0].headers["host"] == f"moving.example:{receiver.port}"
    assert asked == ["moving.example"]


def test_a_name_is_looked_up_anew_for_every_attempt() -> None:
    """One that moved is found, and one that turned within is refused."""
    places = iter((["127.0.0.1"], ["127.0.0.2"]))
    reach = Reach(http=True, networks=(ip_network("127.0.0.1/32"),))
    with receiving() as receiver:
        sender = HttpWebhookSender(reach, resolve=lambda *_: next(places))
        url = f"http://moving.example:{receiver.port}/"
        assert sender.send(url, {}, b"{}").is_success
        assert sender.send(url, {}, b"{}").failure is Failure.FORBIDDEN_ADDRESS
        assert receiver.connections == 1


def test_if_one_address_does_not_answer_the_next_is_tried() -> None:
    """As browsers do, for hosts whose first address cannot be reached from here."""
    reach = Reach(http=True, networks=(ip_network("127.0.0.0/8"), ip_network("::1/128")))
    with receiving() as receiver:
        url = f"http://both.example:{receiver.port}/"
        assert send(url, "::1", "127.0.0.3", "127.0.0.1", reach=reach).is_success


def test_a_name_that_leads_nowhere() -> None:
    """Also by the operating system's own look-up."""
    assert send("https://nobody.example/").failure is Failure.UNKNOWN_HOST
    outcome = HttpWebhookSender().send("https://nobody.invalid/", {}, b"{}")
    assert outcome.failure is Failure.UNKNOWN_HOST


def test_the_machines_own_name_is_within(receiver: Receiver) -> None:
    """Whatever it is called: looked up for real, it is refused."""
    sender = HttpWebhookSender(Reach(http=True), patience=BRIEF)
    for name in ("localhost", socket.gethostname()):
        outcome = sender.send(f"http://{name}:{receiver.port}/", {}, b"{}")
        assert outcome.failure in {Failure.REFUSED_URL, Failure.FORBIDDEN_ADDRESS}


def test_within_is_called_only_where_a_setting_names_the_network(receiver: Receiver) -> None:
    """That network, and no other."""
    reach = Reach(http=True, networks=(ip_network("10.1.0.0/16"),))
    assert reach.check("http://10.1.2.3:8000/").port == 8000
    assert reach.check("http://intranet/").host == "intranet"
    with pytest.raises(InvalidInput):
        reach.check("http://10.2.0.1/")
    url = f"http://intranet:{receiver.port}/"
    assert send(url, "127.0.0.1", reach=reach).failure is Failure.FORBIDDEN_ADDRESS
