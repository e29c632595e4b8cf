"""A text that nobody sees by accident."""

from __future__ import annotations

from attrs import field, frozen


@frozen(repr=False, str=False)
class Secret:
    """Shown as stars wherever it is printed or logged; `reveal` is for who really needs it."""

    _text: str = field()

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"
