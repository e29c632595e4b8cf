"""The shape of the code base: what may import what, and how long things may grow."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "src" / "booking_core"
MODULE_LINES_MAX = 400
TEST_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
PLATFORM_DATA = "_sysconfigdata_"  # The standard library's too, under a name that each build makes.

# Each of these is an input that no caller sees; the core asks a port instead.
HIDDEN_INPUTS = {
    *("asyncio", "getpass", "http", "io", "locale", "os", "pathlib", "platform", "random"),
    *("secrets", "shutil", "signal", "socket", "ssl", "subprocess", "tempfile", "time", "urllib"),
    *("datetime.now", "datetime.today", "datetime.utcnow", "date.today"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today"),
    *("uuid.uuid1", "uuid.uuid4", "uuid.uuid7"),
}

# Imports every module of the core and prints the modules that this loaded.
IMPORT_THE_CORE = """
import pkgutil, sys
before = set(sys.modules)
import booking_core
for module in pkgutil.walk_packages(booking_core.__path__, "booking_core."):
    __import__(module.name)
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
"""


def python_files() -> Iterator[Path]:
    """Walk through every Python file that is kept in the repository."""
    yield ROOT / "bootstrap.py"
    for folder in ("src", "tests", "examples", "bench", "campaign", "docs"):
        yield from (ROOT / folder).rglob("*.py")


@cache
def parsed(path: Path) -> ast.Module:
    """Parse a file once for all the tests here."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def defines_a_port(path: Path) -> bool:
    """Tell a port, a Protocol, from the plain values that ports speak of."""
    bases = [
        ast.unparse(base)
        for node in parsed(path).body
        if isinstance(node, ast.ClassDef)
        for base in node.bases
    ]
    return any(base.partition("[")[0] == "Protocol" for base in bases)


def hidden_inputs(path: Path) -> Iterator[str]:
    """Name what a file imports or reads of the forbidden inputs."""
    for node in ast.walk(parsed(path)):
        match node:
            case ast.Import(names=names):
                used = {name.name.partition(".")[0] for name in names}
            case ast.ImportFrom(module=str(module), names=names):
                used = {module.partition(".")[0], *(f"{module}.{name.name}" for name in names)}
            case ast.Attribute():
                used = {ast.unparse(node)}
            case _:
                continue
        yield from used & HIDDEN_INPUTS


@pytest.fixture(scope="module")
def port_stems() -> set[str]:
    """Name every port by the stem of its file."""
    return {path.stem for path in (CORE / "ports").glob("*.py") if defines_a_port(path)}


def test_the_core_imports_the_standard_library_alone() -> None:
    """Whatever the core names in an import is its own or the standard library's."""
    graph = grimp.build_graph("booking_core", include_external_packages=True, cache_dir=None)
    imported = {name.partition(".")[0] for name in graph.modules}
    assert imported - {"booking_core"} <= sys.stdlib_module_names


def test_importing_the_core_loads_no_third_party_module() -> None:
    """A fresh interpreter that imports all of the core has loaded nothing from elsewhere."""
    command = [sys.executable, "-I", "-c", IMPORT_THE_CORE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    loaded = {name for name in done.stdout.split() if not name.startswith(PLATFORM_DATA)}
    assert loaded - {"booking_core"} <= sys.stdlib_module_names


def test_the_core_has_no_hidden_input() -> None:
    """Time, randomness, environment, files and network reach the core through ports alone."""
    found = {path.relative_to(ROOT): set(hidden_inputs(path)) for path in CORE.rglob("*.py")}
    assert {path: names for path, names in found.items() if names} == {}


def test_every_port_has_a_contract_suite_of_its_name(port_stems: set[str]) -> None:
    """A port without tests/contract/test_<stem>.py would be a promise that nobody checks."""
    suites = {path.stem for path in (ROOT / "tests" / "contract").glob("test_*.py")}
    assert {f"test_{stem}" for stem in port_stems} <= suites


def test_every_port_has_an_adapter_of_its_name_that_needs_nothing(port_stems: set[str]) -> None:
    """Whoever embeds the engine first finds all it needs in memory, or simulated."""
    adapters = {
        path.stem
        for folder in ("memory", "simulated")
        for path in (ROOT / "src/booking_adapters" / folder).glob("*.py")
    }
    assert port_stems <= adapters


def lines_max(path: Path) -> int:
    """Tests may list more cases than a module may hold acts."""
    return TEST_LINES_MAX if path.is_relative_to(ROOT / "tests") else MODULE_LINES_MAX


def test_no_module_is_longer_than_its_limit() -> None:
    """A module of more than 400 lines holds more than one noun or one act; a table of cases may."""
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    assert {path: n for path, n in lines.items() if n > lines_max(path)} == {}


def test_no_function_is_longer_than_its_limit() -> None:
    """A function of more than 70 lines does not fit on a screen."""
    lines = {
        f"{path}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in python_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {where: n for where, n in lines.items() if n > FUNCTION_LINES_MAX} == {}
