"""dead-letters: what failed is shown safely, replayed and dropped, and only when one says yes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest

from booking_cli.exit_codes import EXIT_CODES
from booking_core.domain.kernel.errors import Kind
from booking_core.engine import BookingEngine
from booking_core.ports.inbox import LetterState, NewLetter
from booking_core.ports.publisher import Message
from tests.cli.conftest import Run, Town, answer

NUMBERS = (b" %d" % number for number in count())  # No two letters are the same.
UGLY = b'{"a": "\x1b[2J\xff\x00"}'


def keep(
    engine: BookingEngine,
    consumer: str,
    body: bytes = b"{}",
    code: str = "handler-failed",
    *,
    dead: bool = True,
) -> int:
    """Keep one more letter; its id."""
    now = engine.ports.clock.now()
    inbox = engine.ports.storage.inbox
    message = Message(
        key="k",
        topic="booking.created",
        body=body + next(NUMBERS),
        headers={"content-type": "x\x07"},
    )
    inbox.keep(
        [
            NewLetter(
                consumer=consumer,
                message=message,
                attempts=4,
                due_at=None if dead else now + timedelta(hours=1),
                code=code,
                cause="ValueError: \x1b]0;no\x07",
                at=now,
            )
        ]
    )
    state = LetterState.DEAD if dead else LetterState.WAITING
    return inbox.letters(consumer, state)[-1].id


@pytest.fixture
def engine(town: Town) -> Iterator[BookingEngine]:
    """The town's, with letters of two consumers."""
    with town() as engine:
        yield engine


def test_they_are_listed_by_consumer_and_code(run: Run, engine: BookingEngine) -> None:
    """The oldest first; those that wait are another list."""
    first = keep(engine, "log")
    second = keep(engine, "payments", code="wrong-message")
    waiting = keep(engine, "log", b"waits", dead=False)
    found = answer(run("dead-letters", "list", "--json"))
    assert [each["id"] for each in found] == [first, second]
    assert found[0]["attempts"] == 4
    for options, id in [(("--consumer", "log"), first), (("--code", "wrong-message"), second)]:
        (one,) = answer(run("dead-letters", "list", *options, "--json"))
        assert one["id"] == id
    (one,) = answer(run("dead-letters", "list", "--waiting", "--json"))
    assert one["id"] == waiting
    assert len(answer(run("dead-letters", "list", "--limit", "1", "--json"))) == 1
    assert "handler-failed" in run("dead-letters", "list").stdout


def test_what_a_stranger_wrote_steers_no_terminal(run: Run, engine: BookingEngine) -> None:
    """Bodies, headers and causes are text, bounded, with all else escaped."""
    id = keep(engine, "log", UGLY + b"x" * 9999)
    for options in ((), ("--json",)):
        for verb in (("list",), ("show", str(id))):
            done = run("dead-letters", *verb, *options)
            assert done.exit_code == 0
            assert not set(done.stdout) & set("\x1b\x07\x00")
            assert len(done.stdout) < 8000
    told = answer(run("dead-letters", "show", str(id), "--json"))
    assert told["body"].startswith(r'{"a": "\x1b[2J\xff\x00"}xxx')
    assert told["bodyBytes"] > 9999


def test_replaying_is_a_dry_run_until_one_says_yes(run: Run, engine: BookingEngine) -> None:
    """Then they wait, due now, with no attempt counted; what waits already is left alone."""
    ids = [keep(engine, "log"), keep(engine, "log"), keep(engine, "payments")]
    waiting = keep(engine, "log", b"waits", dead=False)
    inbox = engine.ports.storage.inbox
    dry = answer(run("dead-letters", "replay", "--all", "--json"))
    assert dry == {"letters": ids, "replayed": 0, "dryRun": True}
    assert len(inbox.letters(None, LetterState.DEAD)) == 3
    done = answer(run("dead-letters", "replay", "--consumer", "log", "--yes", "--json"))
    assert done == {"letters": ids[:2], "replayed": 2, "dryRun": False}
    assert [inbox.letter(id).attempts for id in ids] == [0, 0, 4]
    some = answer(run("dead-letters", "replay", str(ids[2]), str(waiting), "--yes", "--json"))
    assert some["letters"] == ids[2:]
    assert inbox.letters(None, LetterState.DEAD) == ()


def test_dropping_is_for_good_and_only_of_the_dead(run: Run, engine: BookingEngine) -> None:
    """A dry run first; hundreds at once too."""
    ids = [keep(engine, "log", str(number).encode()) for number in range(150)]
    waiting = keep(engine, "log", b"waits", dead=False)
    inbox = engine.ports.storage.inbox
    assert "150" in run("dead-letters", "drop", "--all").stdout
    assert inbox.letter(ids[0]).state is LetterState.DEAD
    assert answer(run("dead-letters", "drop", "--all", "--yes", "--json"))["dropped"] == 150
    assert inbox.letters(None, LetterState.DEAD) == ()
    assert inbox.letter(waiting).state is LetterState.WAITING


@pytest.mark.parametrize("verb", ["replay", "drop"])
@pytest.mark.parametrize(
    ("arguments", "kind"),
    [((), Kind.INVALID), (("1", "--all"), Kind.INVALID), (("999",), Kind.MISSING)],
)
def test_one_has_to_say_which(
    run: Run, engine: BookingEngine, verb: str, arguments: tuple[str, ...], kind: Kind
) -> None:
    """By their ids, or by what they have in common; one that is not there is missed."""
    assert run("dead-letters", verb, *arguments).exit_code == EXIT_CODES[kind]


def test_one_that_is_not_there_cannot_be_shown(run: Run, engine: BookingEngine) -> None:
    """It is refused as missing."""
    assert run("dead-letters", "show", "999").exit_code == EXIT_CODES[Kind.MISSING]
