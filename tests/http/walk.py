"""Every route of an application, taken from the application itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Litestar
from litestar.routes import HTTPRoute

from booking_http.examples import EXAMPLES

PARAMETER = re.compile(r"\{(\w+):str\}")
QUERIES = {
    "findFreeOfResource": {"from": "2030-06-04T00:00:00Z", "to": "2030-06-05T00:00:00Z"},
    "findFreeOfService": {"from": "2030-06-04T00:00:00Z", "to": "2030-06-05T00:00:00Z"},
}


@dataclass(frozen=True, slots=True)
class Door:
    """One method of one path, with an example of what is sent there."""

    method: str
    path: str
    name: str
    is_public: bool
    body: Mapping[str, Any] | None

    @property
    def parameters(self) -> list[str]:
        """The names in the path."""
        return PARAMETER.findall(self.path)

    def at(self, names: Mapping[str, str]) -> str:
        """The path with these names in it."""
        return PARAMETER.sub(lambda found: names[found[1]], self.path)

    @property
    def sent(self) -> dict[str, Any]:
        """What a good request sends beside its path."""
        sent: dict[str, Any] = {"params": QUERIES.get(self.name, {})}
        return sent if self.body is None else sent | {"json": self.body}


def doors(app: Litestar) -> Iterator[Door]:
    """All of them, so that a new one cannot be forgotten."""
    for route in app.routes:
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            for method in handler.http_methods - {"OPTIONS"}:
                data = handler.parsed_fn_signature.parameters.get("data")
                yield Door(
                    method=method,
                    path=route.path,
                    name=str(handler.operation_id),
                    is_public=handler.opt.get("public") is True,
                    body=None if data is None else EXAMPLES[data.annotation.__name__],
                )
