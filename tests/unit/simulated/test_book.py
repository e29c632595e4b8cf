"""One file, one provider: whoever opens it finds what others did, and nothing is done twice."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from booking_adapters.simulated.script import PAY, Script, Step, pay
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import RefundId
from booking_core.domain.kernel.money import Money
from booking_core.ports.payment_gateway import GatewayUnavailable
from booking_core.ports.payment_webhook import Callback, Told
from tests.unit.simulated.provider import ACME, HOUR, MINUTE, P1, Provider, an_intent

# Opens ten payments that its neighbours open too, takes money by each, and tells of what it took.
CLIENT = """
import sys
from booking_adapters.simulated.script import PAY
from tests.unit.simulated.provider import ACME, Provider, an_intent
provider = Provider(sys.argv[1])
for number in range(10):
    intent = an_intent(f"p-{number}")
    print("opened", provider.create_intent(intent).provider_ref)
    provider.play(ACME, intent.payment_id, PAY)
    provider.deliver_due(lambda callback: print("told", callback.event_id))
provider.close()
"""


def test_what_is_in_the_file_is_there_again(tmp_path: Path) -> None:
    """Payments, refunds, what is to happen and what is on its way: all outlive the process."""
    path = tmp_path / "payments.sqlite3"
    give_back = Step(told=Told.REFUNDED, after=HOUR, amount=Money(100, "EUR"), reason="why")
    with closing(Provider(path)) as before:
        url = before.opened(script=Script(steps=(*PAY.steps, give_back)))
        before.refund(ACME, P1, RefundId("r-1"), Money(500, "EUR"))
        known = before.find(ACME, P1)
    with closing(Provider(path)) as after:
        assert after.find(ACME, P1) == known
        assert after.opened() == url
        told = [*after.at(MINUTE), *after.at(HOUR)]
    assert [callback.told for callback in told] == [Told.COMPLETED, Told.REFUNDED, Told.REFUNDED]


def test_in_memory_nothing_is_shared() -> None:
    """Two providers without a file do not know of each other's payments."""
    one, two = Provider(), Provider()
    one.opened()
    assert two.find(ACME, P1) is None


def test_processes_share_one_provider(tmp_path: Path) -> None:
    """However they race: one intent per key, one capture, each callback delivered once."""
    path = str(tmp_path / "payments.sqlite3")
    clients = [
        subprocess.Popen([sys.executable, "-c", CLIENT, path], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    lines = [line for client in clients for line in client.communicate()[0].splitlines()]
    assert [client.returncode for client in clients] == [0] * 4
    opened = [line for line in lines if line.startswith("opened")]
    told = [line for line in lines if line.startswith("told")]
    assert (len(opened), len(set(opened))) == (40, 10)
    assert len(told) == len(set(told)) == 10


def test_threads_share_one_provider() -> None:
    """However they race: one intent per key, one refund per id, each callback delivered once."""
    provider = Provider()
    told: list[Callback] = []

    def act(turn: int) -> tuple[str, str]:
        intent = an_intent(f"p-{turn % 10}")
        session = provider.create_intent(intent)
        provider.play(ACME, intent.payment_id, pay())
        refund_id = RefundId(f"r-{turn % 10}")
        refund = provider.refund(ACME, intent.payment_id, refund_id, Money(1, "EUR"))
        provider.deliver_due(told.append)
        return session.provider_ref, refund

    with ThreadPoolExecutor(8) as threads:
        done = set(threads.map(act, range(80)))
    assert len(done) == 10
    assert len(told) == len({callback.event_id for callback in told}) == 20


def test_one_payment_id_is_one_attempts(tmp_path: Path) -> None:
    """Another attempt with the id of a payment that exists is a mistake, and changes nothing."""
    provider = Provider()
    provider.opened()
    with pytest.raises(InvalidInput, match="paymentId"):
        provider.create_intent(an_intent(attempt=2))
    assert len(provider.changed_since(provider.manual.now(), 10)) == 1


@pytest.mark.parametrize("what", ["text", "folder", "nowhere"])
def test_what_is_no_book_is_no_provider(tmp_path: Path, what: str) -> None:
    """A file of something else, a folder, a place that there is not: it does not answer."""
    path = tmp_path / "payments"
    if what == "text":
        path.write_text("Dear diary, " * 100)
    elif what == "folder":
        path.mkdir()
    else:
        path = path / "deep" / "down"
    with pytest.raises(GatewayUnavailable):
        Provider(path)
    assert what != "text" or path.read_text().startswith("Dear diary")


def test_a_book_that_is_taken_away_is_an_outage(tmp_path: Path) -> None:
    """Nothing happens while it is locked, and all goes on once it is not."""
    path = tmp_path / "payments.sqlite3"
    with closing(Provider(path)) as provider:
        provider._book._connection.execute("PRAGMA busy_timeout = 1")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(GatewayUnavailable):
                provider.opened()
            other.execute("ROLLBACK")
        assert provider.opened()
