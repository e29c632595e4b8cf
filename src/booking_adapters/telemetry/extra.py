"""Whether the libraries of the extra `observability` are there: all of it does without them."""

from __future__ import annotations

from importlib.util import find_spec

from booking_adapters.environment import InvalidSetting

EXTRA = 'pip install "booking-core[observability]"'


def is_installed(module: str) -> bool:
    """Nothing of it is loaded, but the package that it is in."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # The package that it is in is missing.
        return False


def require(module: str, name: str, wanted: str) -> None:
    """InvalidSetting of that name, which asks for what the module does, where it is missing."""
    if not is_installed(module):
        raise InvalidSetting(name, f"{EXTRA} for {wanted}", f"no module {module}")
