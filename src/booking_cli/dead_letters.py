"""`booking dead-letters`: what consumers could not do, for people to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import click

from booking_adapters.composition import Composition
from booking_cli.message_text import shown
from booking_cli.output import json_option, show
from booking_cli.session import opened
from booking_cli.tables import print_table
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.ports.inbox import Letter, LetterState

PAGE = 500
AT_ONCE = 100  # In one transaction.


@click.group("dead-letters")
def command() -> None:
    """What consumers could not do: look at it, have it done again, or forget it."""


def chosen(act: Callable[..., None]) -> Callable[..., None]:
    """Options that choose dead letters."""
    for option in (
        click.option("--code", metavar="CODE", help="With this cause's code alone."),
        click.option("--consumer", metavar="NAME", help="Of this consumer alone."),
    ):
        act = option(act)
    return act


@command.command("list")
@chosen
@click.option("--waiting", is_flag=True, help="Those that will be tried again, in their place.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most."
)
@json_option
def list_letters(consumer: str | None, code: str | None, waiting: bool, limit: int) -> None:
    """List dead letters, the oldest first."""
    state = LetterState.WAITING if waiting else LetterState.DEAD
    with opened() as composition:
        found = []
        for letter in _letters(composition, state, consumer, code):
            found.append(letter)
            if len(found) == limit:
                break
    show(
        [_line(letter) for letter in found],
        lambda: print_table(
            ("id", "consumer", "topic", "code", "attempts", "last tried", "cause"),
            [
                (
                    *(each.id, each.consumer, shown(each.message.topic, 60), each.code),
                    *(each.attempts, f"{each.last_at:%Y-%m-%d %H:%M:%S}", shown(each.cause, 100)),
                )
                for each in found
            ],
        ),
    )


@command.command("show")
@click.argument("letter", type=click.IntRange(1), metavar="ID")
@json_option
def show_letter(letter: int) -> None:
    """Show one letter whole, with its message as far as it is bounded text."""
    with opened() as composition:
        found = composition.storage.inbox.letter(letter)
    message = found.message
    facts = _line(found) | {
        "state": found.state,
        "dueAt": found.due_at,
        "key": shown(message.key, 255),
        "headers": {shown(name, 255): shown(text, 500) for name, text in message.headers.items()},
        "bodyBytes": len(message.body),
        "body": shown(message.body.decode(errors="backslashreplace")),
    }
    show(facts, lambda: _print(facts))


@command.command("replay")
@click.argument("letters", nargs=-1, type=click.IntRange(1), metavar="[ID]...")
@chosen
@click.option("--all", "everything", is_flag=True, help="All that are dead.")
@click.option("--yes", is_flag=True, help="Do it, instead of only saying what would be done.")
@json_option
def replay(
    letters: tuple[int, ...], consumer: str | None, code: str | None, everything: bool, yes: bool
) -> None:
    """Have dead letters tried again, with all their attempts; copies have no second effect."""
    with opened() as composition:
        now, inbox = composition.engine.ports.clock.now(), composition.storage.inbox
        ids = _choose(composition, letters, consumer, code, everything)
        done = _in_parts(ids, lambda some: inbox.replay(some, now)) if yes else None
    _tell("replayed", "tried again", ids, done)


@command.command("drop")
@click.argument("letters", nargs=-1, type=click.IntRange(1), metavar="[ID]...")
@chosen
@click.option("--all", "everything", is_flag=True, help="All that are dead.")
@click.option("--yes", is_flag=True, help="Do it, instead of only saying what would be done.")
@json_option
def drop(
    letters: tuple[int, ...], consumer: str | None, code: str | None, everything: bool, yes: bool
) -> None:
    """Forget dead letters for good."""
    with opened() as composition:
        ids = _choose(composition, letters, consumer, code, everything)
        done = _in_parts(ids, composition.storage.inbox.drop) if yes else None
    _tell("dropped", "forgotten", ids, done)


def _choose(
    composition: Composition,
    letters: Sequence[int],
    consumer: str | None,
    code: str | None,
    everything: bool,
) -> list[int]:
    """The dead ones that are meant; InvalidInput where nothing says which."""
    if letters:
        if everything or consumer or code:
            raise InvalidInput("ID", "given alone, without --all, --consumer and --code")
        found = [composition.storage.inbox.letter(each) for each in dict.fromkeys(letters)]
        return [each.id for each in found if each.state is LetterState.DEAD]
    if not (everything or consumer or code):
        raise InvalidInput("ID", "given, or --all, --consumer or --code")
    return [each.id for each in _letters(composition, LetterState.DEAD, consumer, code)]


def _letters(
    composition: Composition, state: LetterState, consumer: str | None, code: str | None
) -> Iterator[Letter]:
    after = 0
    while page := composition.storage.inbox.letters(consumer, state, after=after, most=PAGE):
        yield from (letter for letter in page if code is None or letter.code == code)
        after = page[-1].id


def _in_parts(ids: Sequence[int], act: Callable[[Sequence[int]], int]) -> int:
    return sum(act(ids[start : start + AT_ONCE]) for start in range(0, len(ids), AT_ONCE))


def _tell(fact: str, word: str, ids: Sequence[int], done: int | None) -> None:
    answer = {"letters": ids, fact: done or 0, "dryRun": done is None}
    if done is None:
        people = f"{len(ids)} dead letters would be {word}; --yes does it."
    else:
        people = f"Dead letters {word}: {done}"
    show(answer, lambda: click.echo(people))


def _line(letter: Letter) -> dict[str, object]:
    return {
        "id": letter.id,
        "consumer": letter.consumer,
        "topic": shown(letter.message.topic, 255),
        "code": letter.code,
        "cause": shown(letter.cause, 500),
        "attempts": letter.attempts,
        "firstAt": letter.first_at,
        "lastAt": letter.last_at,
    }


def _print(facts: dict[str, object]) -> None:
    for name, fact in facts.items():
        if isinstance(fact, dict):
            for header, text in fact.items():
                click.echo(f"  {header}: {text}")
        elif fact is not None:
            click.echo(f"{name}: {fact}")
