"""What a wheel of the project carries."""

import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
RUN_FROM = (
    "import sys; sys.path.insert(0, sys.argv[1]); from booking_cli.__main__ import main; main()"
)
PACKAGES = ("booking_core", "booking_adapters", "booking_http", "booking_cli")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build the wheel as an installer would, without looking for hatchling anew."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-I", "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_carries_every_file_of_the_packages(wheel: zipfile.ZipFile) -> None:
    """Migrations, templates and static files are shipped like the modules beside them."""
    written = {
        path.relative_to(SRC).as_posix()
        for package in PACKAGES
        for path in (SRC / package).rglob("*")
        if path.is_file() and not is_cache(path)
    }
    assert {f"{package}/py.typed" for package in PACKAGES} <= written
    assert written <= set(wheel.namelist())


def test_a_bare_install_needs_no_other_distribution(wheel: zipfile.ZipFile) -> None:
    """Every requirement of the wheel belongs to an extra."""
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    needs = Parser().parsestr(wheel.read(name).decode()).get_all("Requires-Dist") or []
    assert needs
    assert [need for need in needs if "extra ==" not in need] == []


def test_a_bare_install_says_which_extra_the_command_line_needs(
    wheel: zipfile.ZipFile, tmp_path: Path
) -> None:
    """Without its libraries, the installed command answers with what to install."""
    wheel.extractall(tmp_path)
    # -S leaves out site-packages, and with it every library.
    command = [sys.executable, "-I", "-S", "-c", RUN_FROM, str(tmp_path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.endswith('pip install "booking-core[cli]"\n')
    assert "Traceback" not in done.stderr


def is_cache(path: Path) -> bool:
    """Tell what tools leave behind from what people wrote."""
    return any(
        part == "__pycache__" or part.startswith(".") for part in path.relative_to(SRC).parts
    )
