"""How far a consumer group was ever handed messages: written beside its offsets, as metadata."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from confluent_kafka import Consumer, KafkaException, TopicPartition

from booking_adapters.brokers.kafka.address import IO_MILLISECONDS
from booking_adapters.brokers.kafka.progress import Place

IO_SECONDS = IO_MILLISECONDS / 1000
EVERYTHING = 1 << 63  # Where nobody knows, all of it may have been seen.

_logger = logging.getLogger(__name__)


class Seen:
    """By partition, as long as it is ours: the last offset that anybody was handed."""

    def __init__(self) -> None:
        self._last: dict[Place, int] = {}

    def metadata(self, place: Place) -> str:
        """What every commit says, or the next one to have the partition would not know."""
        return str(self._last[place]) if place in self._last else ""

    def forget(self, places: Iterable[Place]) -> None:
        """Others have them now."""
        for place in places:
            self._last.pop(place, None)

    def note(
        self, consumer: Consumer, handed: Mapping[Place, tuple[int, int]]
    ) -> Mapping[Place, int]:
        """Durably, before it is handed out: where each goes on from, and its last offset.

        Up to which offset each may have been seen before.
        """
        try:
            before = {place: self._before(consumer, place) for place in handed}
            after = {place: max(before[place], last) for place, (_, last) in handed.items()}
            offsets = [
                TopicPartition(*place, first, str(after[place]))
                for place, (first, _) in handed.items()
                if after[place] > before[place]
            ]
            if offsets:
                consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException:
            _logger.warning("not noted, so it counts as seen", exc_info=True)
            return dict.fromkeys(handed, EVERYTHING)
        self._last |= after
        return before

    def _before(self, consumer: Consumer, place: Place) -> int:
        if place in self._last:
            return self._last[place]
        (found,) = consumer.committed([TopicPartition(*place)], timeout=IO_SECONDS)
        if found.metadata and found.metadata.isdecimal():
            return int(found.metadata)
        if found.offset < 0:
            return -1  # Nobody ever committed, nor was handed anything.
        # Somebody set the offset who keeps no such notes.
        _, high = consumer.get_watermark_offsets(
            TopicPartition(*place), timeout=IO_SECONDS, cached=False
        )
        return int(high) - 1
