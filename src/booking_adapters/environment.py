"""Environment variables as typed values; a wrong one is named with what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar, TypeVar
from urllib.parse import urlsplit

from attrs import define, field, frozen

from booking_adapters.secret import Secret
from booking_core.domain.kernel.errors import BookingError, Kind

OURS = "BOOKING_"
NOT_THE_ENGINES = ("BOOKING_TEST_",)  # The test suite's own.

T = TypeVar("T")
Default = TypeVar("Default")
N = TypeVar("N", int, float)
D = TypeVar("D", bound="str | None")
W = TypeVar("W", bound="int | None")


@dataclass(eq=False)
class InvalidSetting(BookingError):
    """{name}: expected {expected}, found {found}"""

    code: ClassVar[str] = "invalid-setting"
    kind: ClassVar[Kind] = Kind.INVALID
    name: str
    expected: str
    found: str


@frozen(kw_only=True)
class Asked:
    """A setting that was looked up: what the reference says of it."""

    name: str
    expected: str
    default: str | None
    is_secret: bool


@define
class Environment:
    """Looks settings up by name, and remembers the names; an empty variable counts as unset."""

    variables: Mapping[str, str]
    asked: list[Asked] = field(factory=list)

    def text(self, name: str, expected: str, default: D) -> str | D:
        """Any text."""
        return self._read(name, expected, str, default)

    def matching(self, name: str, expected: str, pattern: str, default: D) -> str | D:
        """A text that the pattern matches from end to end."""
        return self._read(name, expected, lambda text: _match(pattern, text), default)

    def url(self, name: str, expected: str, default: D) -> str | D:
        """An http or https URL, without the slash at its end."""
        return self._read(name, expected, _web_address, default)

    def secret(self, name: str, expected: str, accepts: Callable[[str], bool]) -> Secret | None:
        """A secret that is accepted; it has no default, and no message shows it."""

        def parse(text: str) -> Secret:
            if not accepts(text):
                raise ValueError
            return Secret(text)

        return self._read(name, expected, parse, None, is_secret=True)

    def integer(self, name: str, least: int, most: int, default: W) -> int | W:
        """A whole number within bounds."""
        expected = f"a whole number from {least} to {most}"
        return self._read(name, expected, lambda text: _bounded(int(text), least, most), default)

    def seconds(self, name: str, least: float, most: float, default: float) -> float:
        """A duration in seconds within bounds."""
        expected = f"seconds, from {least:g} to {most:g}"
        return self._read(name, expected, lambda text: _bounded(float(text), least, most), default)

    def share(self, name: str, default: float) -> float:
        """A part of a whole."""
        expected = "a share, from 0 to 1"
        return self._read(name, expected, lambda text: _bounded(float(text), 0.0, 1.0), default)

    def several_seconds(
        self, name: str, most: int, default: tuple[float, ...]
    ) -> tuple[float, ...]:
        """Durations in seconds, of a day at most, with commas between."""

        def parse(text: str) -> str:
            parts = text.split(",")
            _bounded(len(parts), 1, most)
            return ",".join(f"{_bounded(float(part), 0, 86_400):g}" for part in parts)

        expected = f"up to {most} numbers of seconds, such as 1,10,60"
        text = self._read(name, expected, parse, ",".join(f"{each:g}" for each in default))
        return tuple(float(part) for part in text.split(","))

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        """One of a few words, in any case."""
        by_folded = {choice.casefold(): choice for choice in choices}
        expected = "one of " + ", ".join(choices)
        return self._read(name, expected, lambda text: by_folded[text.casefold()], default)

    def unknown(self) -> tuple[str, ...]:
        """The BOOKING_* variables that nobody asked for: misspelt, or of another version."""
        known = {asked.name for asked in self.asked}
        return tuple(
            sorted(
                name
                for name in self.variables
                if name.startswith(OURS)
                and not name.startswith(NOT_THE_ENGINES)
                and name not in known
            )
        )

    def nearest(self, unknown: str) -> str | None:
        """The setting that was probably meant."""
        close = get_close_matches(unknown, [asked.name for asked in self.asked], n=1, cutoff=0.8)
        return close[0] if close else None

    def _read(
        self,
        name: str,
        expected: str,
        parse: Callable[[str], T],
        default: Default,
        *,
        is_secret: bool = False,
    ) -> T | Default:
        shown = None if default is None else str(default)
        self.asked.append(Asked(name=name, expected=expected, default=shown, is_secret=is_secret))
        text = self.variables.get(name, "").strip()
        if not text:
            return default
        try:
            return parse(text)
        except (ValueError, KeyError):
            found = "***" if is_secret else repr(text[:100])
            raise InvalidSetting(name, expected, found) from None


def _match(pattern: str, text: str) -> str:
    if not re.fullmatch(pattern, text):
        raise ValueError
    return text


def _bounded(number: N, least: float, most: float) -> N:
    if not least <= number <= most:
        raise ValueError  # Nan too: it is never within bounds.
    return number


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError
    return text.rstrip("/")
