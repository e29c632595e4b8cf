"""The headers of answers, as the document shows them."""

from __future__ import annotations

from typing import Any

VERSIONED = {
    *("BookingView", "ResourceView", "ServiceView", "PerformanceView"),
    *("WebhookView", "WebhookIssued"),
}
KEY = "Idempotency-Key"


def with_headers(operation: dict[str, Any]) -> dict[str, Any]:
    """The operation with the headers that its answers have beside the correlation id."""
    keyed = any(parameter["name"] == KEY for parameter in operation.get("parameters", ()))
    responses = {
        status: response
        | {"headers": response.get("headers", {}) | _headers(int(status), response, keyed=keyed)}
        for status, response in operation["responses"].items()
    }
    return operation | {"responses": responses}


def _headers(status: int, response: dict[str, Any], *, keyed: bool) -> dict[str, Any]:
    if status == 401:
        return {"WWW-Authenticate": _header("Which token is needed")}
    if status == 503:
        return {"Retry-After": _header("Seconds to wait before the request is repeated")}
    if status >= 400:
        return {}
    told = {}
    if _shape(response) in VERSIONED:
        told["ETag"] = _header("The version that is shown: what If-Match wants")
        if keyed:
            told["Idempotent-Replayed"] = _header("true where the key had been answered before")
    if (status == 201 and _shape(response) in VERSIONED) or status == 303:
        told["Location"] = _header("Where it is")
    return told


def _shape(response: dict[str, Any]) -> str:
    for content in response.get("content", {}).values():
        return str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]
    return ""


def _header(said: str) -> dict[str, Any]:
    return {"description": said, "schema": {"type": "string"}}
