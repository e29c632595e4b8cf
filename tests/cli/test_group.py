"""All verbs alike: help, refusals, exit codes, interruptions."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from booking_cli.exit_codes import BROKEN_PIPE, EXIT_CODES, INTERRUPTED
from booking_cli.group import BookingGroup, report
from booking_cli.main import VERBS, cli
from booking_core.domain.kernel.errors import BookingError, Busy, Kind, NotFound
from tests.cli.conftest import Run

BOOKING = [sys.executable, "-m", "booking_cli"]


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Name every command that does something, by the words that lead to it."""
    if not isinstance(command, click.Group):
        return [path]
    with click.Context(command) as context:
        names = command.list_commands(context)
        found = [(name, command.get_command(context, name)) for name in names]
    return [leaf for name, sub in found if sub for leaf in leaves(sub, (*path, name))]


def test_every_verb_is_there_under_its_name() -> None:
    """What --help lists can be run."""
    for name in VERBS:
        with click.Context(cli) as context:
            command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.help


@pytest.mark.parametrize("path", leaves(cli), ids=" ".join)
def test_every_command_answers_programs_too(path: tuple[str, ...]) -> None:
    """Each command takes --json and explains itself."""
    helped = CliRunner().invoke(cli, [*path, "--help"])
    assert helped.exit_code == 0
    assert "--json" in helped.output


def test_help_loads_no_more_than_it_shows() -> None:
    """`booking --help` is quick, because it imports neither engine, storage, HTTP nor tables."""
    program = (
        "import sys; from click.testing import CliRunner; from booking_cli.main import cli;"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    heavy = {"booking_core.engine", "dependency_injector", "litestar", "rich", "sqlalchemy"}
    assert heavy & set(done.stdout.split()) == set()


def test_every_kind_of_refusal_has_an_exit_code_of_its_own() -> None:
    """A script can tell refusals apart, and none looks like success or like a violation."""
    codes = [EXIT_CODES[kind] for kind in Kind]
    assert len(set(codes)) == len(Kind)
    assert {0, 1, INTERRUPTED, BROKEN_PIPE} & set(codes) == set()


@pytest.mark.parametrize("kind", Kind)
def test_a_refusal_is_one_line_and_an_exit_code(kind: Kind) -> None:
    """Whatever is refused, people read one line and no traceback."""

    @dataclass(eq=False)
    class Refused(BookingError):
        """It is {what}"""

        what: str = "not so"

    Refused.kind = kind
    done = CliRunner().invoke(group_that_raises(Refused()), ["act"])
    assert (done.exit_code, done.stderr) == (EXIT_CODES[kind], "It is not so (refused)\n")


def test_a_refusal_in_json_has_code_message_and_facts(capsys: pytest.CaptureFixture[str]) -> None:
    """Programs get the refusal as one object on stderr."""
    report(NotFound("booking", "b1"), as_json=True)
    told = json.loads(capsys.readouterr().err)
    assert told == {
        "code": "not-found",
        "message": "There is no booking b1",
        "noun": "booking",
        "id": "b1",
    }


def test_json_is_remembered_for_the_refusal(run: Run) -> None:
    """--json given to a command also shapes what it refuses."""
    done = run("bookings", "show", "nobody", "--json")
    assert done.exit_code == EXIT_CODES[Kind.MISSING]
    assert json.loads(done.stderr)["code"] == "not-found"


def test_ctrl_c_ends_without_a_traceback() -> None:
    """Whoever interrupts a command gets the shell's own exit code for it."""
    done = CliRunner().invoke(group_that_raises(KeyboardInterrupt()), ["act"])
    assert done.exit_code == INTERRUPTED
    assert "Traceback" not in done.output


def test_a_fault_of_ours_is_not_dressed_up() -> None:
    """What is no refusal is a bug, and keeps its traceback."""
    done = CliRunner().invoke(group_that_raises(ZeroDivisionError()), ["act"])
    assert isinstance(done.exception, ZeroDivisionError)


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    """`booking … | head` ends quietly."""
    environment = {"BOOKING_DATABASE_URL": "memory://", "PATH": ""}
    writer = subprocess.Popen(
        [*BOOKING, "verify", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    assert writer.stdout is not None
    writer.stdout.close()  # Before anything is written.
    assert writer.stderr is not None
    assert writer.stderr.read() == b""
    assert writer.wait() == BROKEN_PIPE
    writer.stderr.close()


def test_the_environment_goes_before_the_file(tmp_path: Path, run: Run) -> None:
    """--env-file fills in what the environment does not say."""
    file = tmp_path / "some.env"
    file.write_text("# comment\n\nBOOKING_DATABASE_URL=nonsense\nBOOKING_HTTP_PORT=nonsense\n")
    done = run("--env-file", str(file), "verify")
    assert done.exit_code == EXIT_CODES[Kind.INVALID]
    assert "BOOKING_HTTP_PORT" in done.stderr  # And not the database, which the environment has.


@pytest.mark.parametrize("content", [None, b"BOOKING_HTTP_PORT\n", b"\xff\xfe"])
def test_an_env_file_that_cannot_be_read_is_named(
    tmp_path: Path, run: Run, content: bytes | None
) -> None:
    """A file that is missing or is none is told by its path."""
    file = tmp_path / "some.env"
    if content is not None:
        file.write_bytes(content)
    done = run("--env-file", str(file), "verify")
    assert done.exit_code == EXIT_CODES[Kind.INVALID]
    assert str(file) in done.stderr


def test_misspelt_settings_are_warned_about(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command runs, but says which variable does nothing and which was meant."""
    monkeypatch.setenv("BOOKING_HTTP_PRT", "1")
    done = run("verify")
    assert done.exit_code == 0
    assert "BOOKING_HTTP_PRT is not a setting; is BOOKING_HTTP_PORT meant?" in done.stderr


def test_busy_says_that_it_may_be_repeated() -> None:
    """A cron job may simply try again."""
    done = CliRunner().invoke(group_that_raises(Busy("storage is away")), ["act"])
    assert done.exit_code == 75
    assert "may be repeated" in done.stderr


def group_that_raises(error: BaseException) -> click.Group:
    """Make a group like `booking` whose one verb raises."""
    group = BookingGroup(name="booking", verbs={})

    @click.command("act")
    def act() -> None:
        raise error

    group.get_command = lambda ctx, cmd_name: act  # type: ignore[method-assign]
    return group
