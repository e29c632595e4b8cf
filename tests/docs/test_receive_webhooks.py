"""What the how-to tells receivers works with what is sent."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from booking_core.domain.webhook.outcome import Failure
from booking_core.domain.webhook.secret import SigningSecret, secret_from, signed_headers
from tests.contract.webhook_builders import BODY

PAGE = (Path(__file__).parents[2] / "docs/how-to/receive-webhooks.md").read_text(encoding="utf-8")


def test_the_code_knows_what_is_genuine() -> None:
    """Signed by either of two secrets, unchanged, and not old."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    is_genuine = names["is_genuine"]
    now = datetime.now(UTC)
    old, new = (SigningSecret(text=secret_from(bits)) for bits in (1, 2))
    headers = dict(signed_headers([new, old], "id", now, BODY))
    assert is_genuine(headers, BODY, old.text)
    assert is_genuine(headers, BODY, new.text)
    assert not is_genuine(headers, BODY, secret_from(3))
    assert not is_genuine(headers, BODY + b" ", new.text)
    assert not is_genuine(headers | {"webhook-id": "di"}, BODY, new.text)
    replayed = signed_headers([new], "id", now - timedelta(minutes=6), BODY)
    assert not is_genuine(dict(replayed), BODY, new.text)


def test_every_failure_is_explained() -> None:
    """By the name that a tenant sees."""
    assert re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE) == [*map(str, ORDER)]
    assert set(ORDER) == set(Failure)


ORDER = (
    *(Failure.UNKNOWN_HOST, Failure.FORBIDDEN_ADDRESS, Failure.REFUSED_URL),
    *(Failure.CANNOT_CONNECT, Failure.TLS, Failure.TIMEOUT, Failure.BROKEN),
    *(Failure.INTERRUPTED, Failure.DISABLED),
)
