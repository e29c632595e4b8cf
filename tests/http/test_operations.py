"""What those who run the service rely on: health, correlation, logs, the document."""

from __future__ import annotations

import json
import logging
import re

import pytest

from booking_http.documentation import ASSETS
from booking_http.edge import access_log
from booking_http.problems import STATUS, title_of
from tests.http.forgeries import GOOD_TOKEN
from tests.http.site import ANN, PLACE, Site


def test_health_names_each_part(site: Site) -> None:
    """Without a token, and all is up."""
    health = site.call("GET", "/health")
    assert health.json() == {"status": "UP", "components": {"storage": "UP", "payments": "UP"}}
    assert site.call("GET", "/health/live").json()["status"] == "UP"
    assert site.call("GET", "/health/ready").json()["components"] == {"storage": "UP"}


def test_a_correlation_id_goes_from_request_to_event(site: Site) -> None:
    """The caller's own id comes back and is in the history; what is odd is replaced."""
    mine = {"X-Correlation-ID": "order-4711"}
    made = site.call("POST", "/bookings", ANN, json={"items": [PLACE]}, headers=mine)
    assert made.headers["x-correlation-id"] == "order-4711"
    told = site.call("GET", f"/bookings/{made.json()['id']}/history", ANN).json()["items"]
    assert {event["correlationId"] for event in told} == {"order-4711"}
    for odd in ("a b", "x" * 65, "<script>", "", "-"):
        answer = site.call("GET", "/health/live", headers={"X-Correlation-ID": odd})
        assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["x-correlation-id"])


def test_the_access_log_tells_who_did_what_and_no_secret(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """One line of JSON per request, also for what is refused; no body, no query, no token."""
    with caplog.at_level(logging.INFO, logger=access_log.name):
        site.call("GET", "/bookings?customerId=canary-query", ANN)
        site.call("POST", "/bookings", ANN, json={"customerId": "canary body"})
        site.call("GET", "/nothing", headers={"authorization": f"Bearer {GOOD_TOKEN}"})
        site.call("OPTIONS", "/bookings")
    lines = [json.loads(record.message) for record in caplog.records]
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        ("GET", "/bookings", 200),
        ("POST", "/bookings", 422),
        ("GET", "/nothing", 404),
        ("OPTIONS", "/bookings", 204),
    ]
    assert (lines[0]["caller"], lines[0]["tenantId"]) == ("customer:ann", "acme")
    for canary in ("canary", GOOD_TOKEN, ANN["authorization"].partition(" ")[2]):
        assert canary not in caplog.text


def test_the_page_of_the_document_loads_from_here_alone(site: Site) -> None:
    """Nothing in the page or its policy leads elsewhere, and all that it names is there."""
    page = site.call("GET", "/schema")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "http" not in page.text
    assert site.call("GET", "/schema/").text == page.text
    named = re.findall(r'(?:src|href)="/schema/assets/([^"]+)"', page.text)
    assert set(named) == set(ASSETS)
    for name in named:
        asset = site.call("GET", f"/schema/assets/{name}")
        assert asset.headers["content-type"].startswith(ASSETS[name])
        assert "sourceMappingURL" not in asset.text
    assert site.call("GET", "/schema/assets/..%2F..%2Fauth.py").status_code == 404


def test_the_document_names_every_operation_and_its_refusals(site: Site) -> None:
    """Operation ids are unique; every refusal is a problem document; a body has an example."""
    document = site.call("GET", "/schema/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids))
    for operation in operations:
        assert operation["summary"]
        for status, response in operation["responses"].items():
            if int(status) >= 400 and "Health" not in json.dumps(response):
                assert list(response["content"]) == ["application/problem+json"]
        for content in operation.get("requestBody", {}).get("content", {}).values():
            name = content["schema"]["$ref"].rpartition("/")[2]
            shape = document["components"]["schemas"][name]
            assert shape["additionalProperties"] is False
            assert shape["examples"]


def test_every_problem_type_has_a_page(site: Site) -> None:
    """What `type` leads to says what it means, for what any layer refuses."""
    listed = site.call("GET", "/problems").json()["items"]
    types = {each["type"] for each in listed}
    assert {"/problems/taken", "/problems/unauthenticated", "/problems/malformed-request"} <= types
    for each in listed:
        page = site.call("GET", each["type"]).json()
        assert page == each
        assert page["title"] == title_of(each["type"].rpartition("/")[2])
        assert page["status"] in {*STATUS.values(), 400, 404, 405, 413, 415, 500}
