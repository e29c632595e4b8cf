"""Make .venv from the locked requirements, with a bare Python and nothing else."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 11):  # Before anything that an older Python cannot read.
    sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
READY = VENV / "ready"  # Names the checkout that .venv was made for; the Makefile reads it.
LOCK = ROOT / "requirements" / "dev.txt"


def is_ours() -> bool:
    """Whether .venv was made here, by this Python; a copied or foreign one is made anew."""
    if not (PYTHON.exists() and READY.exists() and READY.read_text() == f"{ROOT}\n"):
        return False
    answer = subprocess.run([PYTHON, "-IVV"], capture_output=True, text=True, check=False)
    return answer.stdout == f"Python {sys.version}\n"


def create() -> list[str]:
    """Make sure that .venv is there, and answer the command that installs into it."""
    if importlib.util.find_spec("ensurepip"):
        options, pip = [], [str(PYTHON), "-I", "-m", "pip"]
    elif importlib.util.find_spec("pip"):  # Debian's python3-pip without python3-venv.
        options, pip = ["--without-pip"], [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    else:
        sys.exit("This Python has neither ensurepip nor pip; try: apt install python3-venv")
    if not is_ours():
        print("Making .venv; the first time takes a minute or two.", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", *options, VENV], check=True)
    return [*pip, "install", "--quiet", "--no-user"]


def main() -> None:
    """Install the lock and, editable, the project; say at the very end that .venv is ready."""
    for name in ("PYTHONPATH", "PYTHONHOME"):  # The developer's own paths have no say in .venv.
        os.environ.pop(name, None)
    install = create()
    for wanted in (
        ["--require-hashes", "--only-binary", ":all:", "-r", str(LOCK)],
        ["--no-deps", "--no-build-isolation", "-e", str(ROOT)],
    ):
        if subprocess.run([*install, *wanted], check=False).returncode:
            sys.exit("The installation failed; pip says why above.")
    READY.write_text(f"{ROOT}\n")


if __name__ == "__main__":
    main()
