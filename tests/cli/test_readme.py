"""The README does what it says: its code runs bare, its commands run against the real thing."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ci import cannot_run
from tests.cli.served import serving

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SRC = ROOT / "src"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)

# Without -I and -S there would be more on the path than the standard library and our sources.
BARE = "import sys; sys.path.insert(0, sys.argv[1]); exec(sys.stdin.read())"


def blocks(language: str, section: str = "") -> list[str]:
    """Find the code of one language, in the whole README or under one heading."""
    text = README if not section else README.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return [code for kind, code in BLOCK.findall(text) if kind == language]


def test_the_first_screen_is_a_sentence_an_example_and_two_commands() -> None:
    """Whoever opens the README sees at once what it is, how it reads, and how to start."""
    first, _, rest = README.partition("\n## ")
    assert rest
    assert blocks("python")[0] in first
    assert "make run" in first
    assert "make test" in first
    assert len(first.splitlines()) <= 45


def test_the_example_runs_on_the_standard_library_alone() -> None:
    """The very code of the README holds a room and confirms it, with nothing installed."""
    (example,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", BARE, str(SRC)],
        input=example,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["PENDING", "CONFIRMED"]


def test_the_walk_with_curl_works_as_printed(tmp_path: Path) -> None:
    """Availability, hold, pay, confirmed, quote, cancel, refunded: the README's own commands."""
    done = walk("\n".join(blocks("sh", "A walk with curl")), tmp_path)
    said = done.stdout.splitlines()
    assert re.fullmatch(r"Dr\. Adams is free at \d{4}-\d\d-\d\dT[\d:.]+Z", said[0])
    assert said[1] == "PENDING"
    assert said[2].startswith("http://127.0.0.1:")
    assert said[3:] == [
        "CONFIRMED",
        "{'amountMinor': 4000, 'currency': 'EUR'}",
        "CANCELLED",
        "REFUNDED",
    ]


def test_the_commands_of_the_readme_work_as_printed(tmp_path: Path) -> None:
    """What is shown of the command line can be copied."""
    done = walk("\n".join(blocks("sh", "The command line")), tmp_path)
    assert "Promises kept" in done.stdout


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_link_of_the_readme_leads_somewhere(link: str) -> None:
    """A file that the README points to is there."""
    assert (ROOT / link).exists()


def walk(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the README's commands in a folder where the demo is served, as after `make run`."""
    if shutil.which("curl") is None:
        cannot_run("curl is needed")
    program = folder / ".venv" / "bin" / "booking"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m booking_cli "$@"\n')
    program.chmod(0o755)
    with serving("demo", "--serve", "--port", "0", folder=folder) as served:
        done = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", script],
            cwd=folder,
            env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "URL": served.address},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, ""), (done.stdout, served.log.read_text())
    return done
