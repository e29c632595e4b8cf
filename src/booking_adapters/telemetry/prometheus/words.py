"""Label values that stay few: each is a time series of its own, kept for ever."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

OTHER = "other"
WORDS_MOST = 100
_PLAIN = re.compile(r"[A-Za-z0-9/][A-Za-z0-9._/{}:-]{0,79}")


@dataclass(slots=True)
class Words:
    """The first so many plain words stand for themselves, or those that are `known`; `other`."""

    known: frozenset[str] | None = None
    most: int = WORDS_MOST
    _seen: dict[str, str] = field(default_factory=dict)

    def __call__(self, word: str) -> str:
        found = self._seen.get(word)
        return self._judge(word) if found is None else found

    def _judge(self, word: str) -> str:
        if self.known is not None:
            return word if word in self.known else OTHER
        if len(self._seen) >= self.most or not _PLAIN.fullmatch(word):
            return OTHER
        self._seen[word] = word
        return word
