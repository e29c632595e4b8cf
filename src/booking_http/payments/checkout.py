"""The simulated provider's checkout page: in development a person pays, or fails to, here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Protocol, cast
from urllib.parse import parse_qsl

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter, RawBody
from litestar.response import Redirect

from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import PaymentId
from booking_http.auth import ANYBODY, PUBLIC
from booking_http.call import Call
from booking_http.refused import refused


class CheckoutPage(Protocol):
    """What the simulated provider offers; its docstrings say what it refuses."""

    HEADERS: Mapping[str, str]

    def page(self, payment_id: PaymentId, token: str, done: str | None = None) -> str: ...

    def decide(self, payment_id: PaymentId, token: str, choice: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Checkout:
    """The pages, and how what was decided on them reaches the engine at once."""

    pages: CheckoutPage
    deliver: Callable[[], object]

    def decide(self, payment_id: PaymentId, form: Mapping[str, str]) -> str:
        path = self.pages.decide(payment_id, form.get("token", ""), form.get("choice", ""))
        self.deliver()
        return path


@get(
    "/checkout/{payment_id:str}",
    operation_id="showCheckout",
    summary="The page on which a simulated payment is made",
    tags=["Development"],
    media_type="text/html",
    opt=PUBLIC,
    security=ANYBODY,
    responses=refused(404, public=True),
)
async def show_checkout(
    payment_id: FromPath[str],
    request: Call,
    token: Annotated[str, QueryParameter(name="token")] = "",
    done: Annotated[str | None, QueryParameter(name="done")] = None,
) -> Response[str]:
    """Only in development, and only with the token in the payment's own `checkoutUrl`."""
    pages = _checkout(request).pages
    content = await request.ask(pages.page, PaymentId(payment_id), token, done)
    return Response(content, headers=dict(pages.HEADERS), media_type="text/html")


@post(
    "/checkout/{payment_id:str}",
    operation_id="decideCheckout",
    summary="Decide what becomes of a simulated payment",
    tags=["Development"],
    status_code=303,
    opt=PUBLIC,
    security=ANYBODY,
    responses=refused(404, public=True, body=True),
)
async def decide_checkout(payment_id: FromPath[str], body: RawBody, request: Call) -> Redirect:
    """The page's own form."""
    checkout = _checkout(request)
    path = await request.ask(checkout.decide, PaymentId(payment_id), _form(body))
    return Redirect(path, status_code=303)


def _checkout(request: Call) -> Checkout:
    return cast("Checkout", request.app.state.checkout)


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode("ascii"), max_num_fields=10))
    except ValueError:
        raise InvalidInput("choice", "the form of the checkout page") from None
