"""The OpenAPI document, and a page that shows it and loads nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

import msgspec
from litestar import Response, Router, get
from litestar.connection import Request
from litestar.enums import MediaType
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, License, SecurityScheme, Tag
from litestar.params import FromPath

from booking_http.auth import PUBLIC
from booking_http.openapi_document import exact
from booking_http.refusals import UnknownRoute

ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "initialize.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
HEADERS = {
    # The page sets styles on its elements, and draws its icons from data within its style sheet.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
TAGS = {
    "Bookings": "What customers do",
    "Availability": "What is free, and why not",
    "Payments": "Paying, refunds, and what the payment provider tells",
    "Provider": "What providers decide",
    "Catalogue": "What can be booked",
    "Webhooks": "URLs of a tenant's that are told what happens",
    "Problems": "What a refusal means",
    "Operations": "Whether the service works",
    "Development": "Only outside production",
}


class Document(JsonRenderPlugin):
    """The document with the shapes of bodies as strict as they are judged."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return msgspec.json.encode(exact(openapi_schema))


class Page(OpenAPIRenderPlugin):
    """Swagger UI, out of this package; it works below whatever path a host mounts us at."""

    def __init__(self) -> None:
        super().__init__(path="/", media_type=MediaType.HTML)

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        root = escape(request.scope.get("root_path", "").rstrip("/"), quote=True)
        return _asset("index.html").replace(b"{root}", root.encode())


def documented(version: str) -> OpenAPIConfig:
    """OpenAPI 3.1 at /schema/openapi.json, and the page at /schema."""
    return OpenAPIConfig(
        title="Booking",
        version=version,
        summary="Takes bookings and never sells the same thing twice",
        license=License(name="MIT", identifier="MIT"),
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")
            }
        ),
        security=[{"bearer": []}],
        tags=[Tag(name=name, description=said) for name, said in TAGS.items()],
        use_handler_docstrings=True,
        render_plugins=[Page(), Document()],
        openapi_router=Router(
            "/schema",
            route_handlers=[get_asset],
            include_in_schema=False,
            opt=PUBLIC,
            after_request=_found,
        ),
    )


@get("/assets/{name:str}", sync_to_thread=False)
def get_asset(name: FromPath[str]) -> Response[bytes]:
    """One of the few files that the page needs."""
    if name not in ASSETS:
        raise UnknownRoute
    headers = {"Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(_asset(name), media_type=ASSETS[name], headers=headers)


@cache
def _asset(name: str) -> bytes:
    return files("booking_http").joinpath("static", "swagger-ui", name).read_bytes()


async def _found(response: Response[Any]) -> Response[Any]:
    """The framework's own page for a missing one is no problem document; ours is."""
    if response.status_code == 404:
        raise UnknownRoute
    if response.media_type == MediaType.HTML:
        response.headers.update(HEADERS)
    return response
