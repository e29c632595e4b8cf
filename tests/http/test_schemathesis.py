"""The whole interface against its own document: no server error, no undocumented answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from booking_adapters.memory.storage import MemoryStorage
from booking_http.openapi_document import exact
from tests.http.conftest import served
from tests.http.site import ADDRESS, ANN, OFFICE, PLACE, Site, at
from tests.http.webhook_site import a_delivery
from tests.storages import Storages

EXAMPLES_MAX = 10
NOT_ASKED = [
    ignored_auth,  # It replaces the token that we send by none; test_auth_walk.py asks this.
    positive_data_acceptance,  # Our rules refuse much that has the right shape.
]
# Every second name is one that exists, so that more is tried than what is missing.
REAL: dict[str, str] = {
    "resource_id": "car-park",
    "service_id": "checkup",
    "performance_id": "concert",
    "provider": "simulated",
    "code": "taken",
}
document = exact(Site(MemoryStorage()).app.openapi_schema.to_schema())
schema = schemathesis.openapi.from_dict(json.loads(msgspec.json.encode(document)))


@pytest.fixture(scope="module")
def site(postgresql_storages: Storages) -> Iterator[Site]:
    """A town with something of everything, over the storage that is strictest about input."""
    with served(postgresql_storages) as site:
        paid = site.pay(ANN, site.book(ANN, PLACE))
        block = {"start": at(20, 8), "end": at(20, 9), "unitIds": ["1"]}
        made = site.call("POST", "/resources/car-park/blocks", OFFICE, json=block).json()
        REAL["booking_id"], REAL["payment_id"] = paid["id"], paid["payments"][0]["id"]
        REAL["block_id"] = made["block"]["id"]
        REAL.update(a_delivery(site))
        yield site


@schema.hook("map_path_parameters")
def _some_exist(context: Any, parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    if parameters is None:
        return None
    return {
        name: REAL.get(name, value) if len(str(value)) % 2 else value
        for name, value in parameters.items()
    }


@schema.parametrize()
@settings(max_examples=EXAMPLES_MAX, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_the_document_knows(case: schemathesis.Case, site: Site) -> None:
    """Whatever is sent, well formed or not, the answer is documented and no server error."""
    sent = case.as_transport_kwargs(base_url=ADDRESS, headers=OFFICE)
    sent.pop("cookies", None)
    sent["headers"] = {name: text.encode() for name, text in sent["headers"].items()}
    if isinstance(sent.get("data"), bytes | str):
        sent["content"] = sent.pop("data")
    answer = site.client.request(**sent, follow_redirects=False)
    case.validate_response(answer, excluded_checks=NOT_ASKED)
