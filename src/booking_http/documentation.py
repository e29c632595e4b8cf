"""The OpenAPI document."""

from __future__ import annotations

from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme


def documented() -> OpenAPIConfig:
    """OpenAPI 3.1."""
    return OpenAPIConfig(
        title="Booking",
        version="0.1.0",
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")
            }
        ),
        security=[{"bearer": []}],
    )
