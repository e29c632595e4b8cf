"""The checkout page: whoever has its address decides, sees what came of it, and breaks nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_adapters.simulated.checkout import Checkout, Choice
from booking_adapters.simulated.script import PAY, Script, Step, pay
from booking_core.domain.kernel.errors import InvalidInput, NotFound
from booking_core.domain.kernel.ids import BookingId, PaymentId, TenantId
from booking_core.domain.kernel.money import Money
from booking_core.ports.payment_webhook import Told
from tests.unit.simulated.provider import (
    ACME,
    FORTY,
    HOUR,
    MINUTE,
    P1,
    SECOND,
    Provider,
    an_intent,
)

TWENTY = Money(2000, "EUR")


class Page(HTMLParser):
    """A page as its reader meets it: tags, words, buttons."""

    def __init__(self, html: str) -> None:
        """Read it all; every element that is opened must be closed, in order."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.style = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "input"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["style"]:
            self.style += data
        else:
            self.words += data

    @property
    def choices(self) -> list[str | None]:
        """The values of its buttons."""
        return [attributes["value"] for tag, attributes in self.tags if tag == "button"]

    @property
    def fields(self) -> Mapping[str | None, str | None]:
        """What the form sends besides."""
        return {it["name"]: it["value"] for tag, it in self.tags if tag == "input"}


def visited(url: str) -> tuple[PaymentId, str]:
    """The payment id and the token in the page's address."""
    parts = urlsplit(url)
    return PaymentId(parts.path.removeprefix("/checkout/")), parse_qs(parts.query)["token"][0]


@pytest.fixture
def provider() -> Provider:
    """A provider whose payments wait for a person."""
    return Provider()


@pytest.fixture
def checkout(provider: Provider) -> Checkout:
    """Its checkout."""
    return Checkout(provider)


def test_the_page_says_what_is_to_be_paid(provider: Provider, checkout: Checkout) -> None:
    """The amount, for what, until when; and every choice there is, with the token for the form."""
    payment_id, token = visited(provider.opened())
    page = Page(checkout.page(payment_id, token))
    for words in ("40.00 EUR", "booking-of-p-1", "2030-01-07 00:10:00 UTC"):
        assert words in page.words
    assert page.choices == list(Choice)
    assert page.fields == {"token": token}


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (Money(5, "EUR"), "0.05 EUR"),
        (Money(4000, "JPY"), "4000 JPY"),
        (Money(1234, "KWD"), "1.234 KWD"),
        (Money(10**15, "CLF"), "100000000000.0000 CLF"),
    ],
)
def test_amounts_have_their_currencys_digits(
    provider: Provider, checkout: Checkout, amount: Money, words: str
) -> None:
    """Yen have none, dinars have three."""
    page = Page(checkout.page(*visited(provider.opened(amount=amount))))
    assert words in page.words


def test_the_page_is_self_contained_and_accessible(provider: Provider, checkout: Checkout) -> None:
    """It loads nothing, runs nothing, has a language, a title, one heading and one main part."""
    page = Page(checkout.page(*visited(provider.opened())))
    names = [tag for tag, _ in page.tags]
    assert not {"script", "img", "link", "iframe", "object", "a"} & set(names)
    assert not {"src", "href", "style", "onclick"} & {
        name for _, attributes in page.tags for name in attributes
    }
    assert "url(" not in page.style
    assert "@import" not in page.style
    assert [names.count(name) for name in ("main", "h1", "title")] == [1, 1, 1]
    assert ("html", {"lang": "en"}) in page.tags
    (form,) = (attributes for tag, attributes in page.tags if tag == "form")
    assert form["method"] == "post"
    # To itself, without the token of its address: no other place, no other host.
    assert "/" not in form["action"]
    assert ":" not in form["action"]


def test_the_policy_allows_this_style_and_nothing_else(
    provider: Provider, checkout: Checkout
) -> None:
    """The hash in the header is that of the style in the page."""
    page = Page(checkout.page(*visited(provider.opened())))
    digest = b64encode(sha256(page.style.encode()).digest()).decode()
    assert checkout.HEADERS["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    assert checkout.HEADERS["cache-control"] == "no-store"


@given(st.text(min_size=1), st.text(min_size=1))
def test_everything_is_escaped(booking_id: str, done: str) -> None:
    """No name and no query becomes markup."""
    provider = Provider()
    hostile = BookingId("<script>" + booking_id.encode(errors="replace").decode())
    payment_id, token = visited(provider.opened(booking_id=hostile))
    page = Page(Checkout(provider).page(payment_id, token, done))
    assert "script" not in [tag for tag, _ in page.tags]
    assert page.choices == list(Choice)


@pytest.mark.parametrize(
    ("choice", "told", "notes"),
    [
        ("pay", [(Told.PROCESSING, None), (Told.COMPLETED, FORTY)], "Paid: 40.00 EUR."),
        ("decline", [(Told.FAILED, None)], "Nothing was paid: declined."),
        ("pay-wrong-amount", [(Told.COMPLETED, TWENTY)], "Paid: 20.00 EUR."),
        ("pay-twice", 2 * [(Told.COMPLETED, FORTY)], "tells of this payment twice"),
    ],
)
def test_a_choice_is_played_and_told(
    provider: Provider,
    checkout: Checkout,
    choice: str,
    told: list[tuple[Told, Money | None]],
    notes: str,
) -> None:
    """What was chosen happens at once, and the page says so and offers no other choice."""
    payment_id, token = visited(provider.opened())
    path = checkout.decide(payment_id, token, choice)
    assert [(callback.told, callback.amount) for callback in provider.heard()] == told
    assert visited(path) == (payment_id, token)
    page = Page(checkout.page(payment_id, token, parse_qs(urlsplit(path).query)["done"][0]))
    assert notes in page.words
    assert page.choices == []


def test_the_page_says_how_much_time_is_left(provider: Provider, checkout: Checkout) -> None:
    """While there is a choice; once the hold is over, what paying would mean; then neither."""
    payment_id, token = visited(provider.opened())
    provider.manual.advance(MINUTE + SECOND)
    assert "8 min 59 s, as of 00:01:01" in Page(checkout.page(payment_id, token)).words
    provider.manual.advance(9 * MINUTE)
    late = Page(checkout.page(payment_id, token))
    assert "Time left" not in late.words
    assert "The hold is over." in late.words
    checkout.decide(payment_id, token, "pay")
    paid = Page(checkout.page(payment_id, token))
    assert "Held until" not in paid.words
    assert "The hold is over." not in paid.words


@pytest.mark.parametrize(
    ("choice", "title"),
    [
        (None, "Amount to pay: 40.00 EUR"),
        ("pay", "Paid: 40.00 EUR"),
        ("pay-wrong-amount", "Paid: 20.00 EUR"),
        ("decline", "Not paid: 40.00 EUR"),
        ("pay-late", "On its way: 40.00 EUR"),
        ("close", "Amount to pay: 40.00 EUR"),
    ],
)
def test_the_title_says_how_it_stands(
    provider: Provider, checkout: Checkout, choice: str | None, title: str
) -> None:
    """Whoever hears the page, or sees only its tab, knows the outcome by the first words."""
    payment_id, token = visited(provider.opened())
    if choice is not None:
        checkout.decide(payment_id, token, choice)
    assert f"<title>{title}</title>" in checkout.page(payment_id, token)


def test_too_late_is_after_the_hold(provider: Provider, checkout: Checkout) -> None:
    """The page says when the money comes; it comes half a minute after the hold has ended."""
    payment_id, token = visited(provider.opened())
    provider.manual.advance(MINUTE)
    checkout.decide(payment_id, token, "pay-late")
    page = Page(checkout.page(payment_id, token))
    assert "It arrives at 2030-01-07 00:10:30 UTC." in page.words
    assert page.choices == []
    assert provider.at(10 * MINUTE + 29 * SECOND) == []
    assert [callback.amount for callback in provider.at(10 * MINUTE + 30 * SECOND)] == [FORTY]


@pytest.mark.parametrize("facts", [{"expires_at": None}, {}], ids=["no hold", "hold over"])
def test_too_late_comes_even_without_a_hold(
    provider: Provider, checkout: Checkout, facts: dict[str, None]
) -> None:
    """Where nothing says when a hold ends, or it has ended, the money still comes."""
    payment_id, token = visited(provider.opened(**facts))
    provider.manual.advance(20 * MINUTE)
    checkout.decide(payment_id, token, "pay-late")
    assert len(provider.at(31 * MINUTE)) == 1


@pytest.mark.parametrize("minor", [1, 2, 3, 4001])
def test_a_wrong_amount_is_wrong(provider: Provider, checkout: Checkout, minor: int) -> None:
    """More than nothing, and never what was asked for."""
    payment_id, token = visited(provider.opened(amount=Money(minor, "EUR")))
    checkout.decide(payment_id, token, "pay-wrong-amount")
    (callback,) = provider.heard()
    assert callback.amount is not None
    assert 0 < callback.amount.amount_minor != minor


def test_too_late_comes_though_the_payment_is_cancelled(
    provider: Provider, checkout: Checkout
) -> None:
    """Cancelled when the hold ended, the money was on its way already."""
    payment_id, token = visited(provider.opened())
    checkout.decide(payment_id, token, "pay-late")
    provider.manual.advance(10 * MINUTE)
    provider.cancel(ACME, payment_id)
    assert [callback.amount for callback in provider.at(11 * MINUTE)] == [FORTY]


@pytest.mark.parametrize("choice", list(Choice))
def test_what_was_cancelled_can_no_longer_be_paid(
    provider: Provider, checkout: Checkout, choice: Choice
) -> None:
    """The page says so and offers nothing; a form that stood open meanwhile changes nothing."""
    payment_id, token = visited(provider.opened(script=pay(after=MINUTE)))
    provider.cancel(ACME, payment_id)
    checkout.decide(payment_id, token, choice)
    page = checkout.page(payment_id, token, choice)
    assert "<title>Cancelled: 40.00 EUR</title>" in page
    assert "it can no longer be paid" in Page(page).words
    assert "on its way" not in Page(page).words
    assert Page(page).choices == []
    assert provider.at(HOUR) == []


def test_closing_tells_nobody(provider: Provider, checkout: Checkout) -> None:
    """The page may be opened again, and paid after all."""
    payment_id, token = visited(provider.opened())
    checkout.decide(payment_id, token, "close")
    assert provider.next_due() is None
    page = Page(checkout.page(payment_id, token, "close"))
    assert "You left without paying." in page.words
    assert "pay" in page.choices


@pytest.mark.parametrize("first", ["pay", "decline", "pay-late", "pay-twice"])
@pytest.mark.parametrize("second", list(Choice))
def test_what_is_decided_stays_so(
    provider: Provider, checkout: Checkout, first: str, second: str
) -> None:
    """A second click, or a form that was sent again, changes nothing."""
    payment_id, token = visited(provider.opened())
    checkout.decide(payment_id, token, first)
    due = provider.next_due()
    checkout.decide(payment_id, token, second)
    assert provider.next_due() == due
    assert len({callback.told for callback in provider.at(11 * MINUTE)}) == 1 + (first == "pay")


def test_the_page_shows_what_went_back(provider: Provider, checkout: Checkout) -> None:
    """Also what nobody asked for."""
    back = Step(told=Told.REFUNDED, amount=Money(1500, "EUR"))
    payment_id, token = visited(provider.opened(script=Script(steps=(*PAY.steps, back))))
    page = checkout.page(payment_id, token)
    assert "Given back: 15.00 EUR." in Page(page).words
    assert "<title>Paid: 40.00 EUR</title>" in page


def test_the_title_of_what_went_back_whole_says_so(provider: Provider, checkout: Checkout) -> None:
    """A payment of which nothing is left is not called paid."""
    back = Step(told=Told.REFUNDED, amount=FORTY)
    payment_id, token = visited(provider.opened(script=Script(steps=(*PAY.steps, back))))
    assert "<title>Given back: 40.00 EUR</title>" in checkout.page(payment_id, token)


@pytest.mark.parametrize("token", ["", "0" * 32, "é", "\ud800", "x" * 1000])
def test_without_the_token_there_is_no_such_payment(
    provider: Provider, checkout: Checkout, token: str
) -> None:
    """A wrong token is answered like a payment that does not exist, and nothing happens."""
    payment_id, _ = visited(provider.opened())
    refusals = []
    for id in (payment_id, PaymentId("p-2")):
        for act in (
            lambda id=id: checkout.page(id, token),
            lambda id=id: checkout.decide(id, token, "pay"),
        ):
            with pytest.raises(NotFound) as refusal:
                act()
            refusals.append(refusal.value.message.replace(id, "X"))
    assert set(refusals) == {"There is no payment X"}
    assert provider.next_due() is None


def test_tokens_open_one_payment_each(provider: Provider, checkout: Checkout) -> None:
    """Not another one, nor another tenant's of the same id."""
    _, one = visited(provider.opened("p-1"))
    _, two = visited(provider.opened("p-2"))
    theirs = provider.create_intent(an_intent("p-1", tenant_id=TenantId("globex"))).checkout_url
    assert theirs is not None
    assert len({one, two, visited(theirs)[1]}) == 3
    with pytest.raises(NotFound):
        checkout.page(P1, two)
    checkout.decide(P1, visited(theirs)[1], "decline")
    assert [callback.tenant_id for callback in provider.heard()] == ["globex"]


@pytest.mark.parametrize("choice", ["", "PAY", "refund", "pay\0", "pay "])
def test_an_unknown_choice_is_refused(provider: Provider, checkout: Checkout, choice: str) -> None:
    """With what is expected, and without any effect."""
    payment_id, token = visited(provider.opened())
    with pytest.raises(InvalidInput, match="choice: one of pay, decline"):
        checkout.decide(payment_id, token, choice)
    assert provider.next_due() is None


def test_awkward_ids_fit_into_the_address(provider: Provider, checkout: Checkout) -> None:
    """Whatever a host names its payments, the path leads back to them."""
    url = provider.opened("a+b|c@d:e")
    path = urlsplit(url).path
    assert path == "/checkout/a%2Bb%7Cc%40d%3Ae"
    token = parse_qs(urlsplit(url).query)["token"][0]
    again = checkout.decide(PaymentId("a+b|c@d:e"), token, "pay")
    assert urlsplit(again).path == path
