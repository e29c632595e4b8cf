"""A metric by its labels, whose values stay few."""

from __future__ import annotations

from typing import Generic, TypeVar

from prometheus_client import Counter, Histogram

from booking_adapters.telemetry.prometheus.words import Words

M = TypeVar("M", Counter, Histogram)


class Series(Generic[M]):
    """The metric's own look-up checks and locks: here each set of labels is looked up once."""

    __slots__ = ("_labels", "_made", "_metric")

    def __init__(self, metric: M, *labels: Words) -> None:
        """With what bounds each of its labels, in turn."""
        self._metric: M = metric
        self._labels = labels
        self._made: dict[tuple[str, ...], M] = {}

    def of(self, *words: str) -> M:
        """The one time series with these labels."""
        made = self._made.get(words)
        return self._make(words) if made is None else made

    def _make(self, words: tuple[str, ...]) -> M:
        bounded = tuple(label(word) for label, word in zip(self._labels, words, strict=True))
        made = self._metric.labels(*bounded)
        if bounded == words:  # What stands for others is not remembered: there is no end of them.
            self._made[words] = made
        return made
