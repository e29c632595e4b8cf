"""Looking at Kafka."""

from __future__ import annotations

from collections.abc import Iterator

from confluent_kafka import KafkaException

# It exports these without saying so.
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    ClusterMetadata,
    ConfigResource,
)

from booking_adapters.brokers.inspection import Grade, Inspector, Observed
from booking_adapters.brokers.kafka.address import IO_MILLISECONDS, configuration
from booking_core.domain.kernel.errors import Busy

IO_SECONDS = IO_MILLISECONDS / 1000
INSYNC = "min.insync.replicas"


class KafkaInspector(Inspector):
    """We ask for all acknowledgements ourselves; how many those are is the topic's."""

    def __init__(self, url: str, exchange: str) -> None:
        self._client = AdminClient(configuration(url))
        self._topic = exchange

    def reach(self) -> str:
        return f"Kafka, brokers: {len(self._metadata().brokers)}"

    def observe(self) -> Iterator[Observed]:
        # Of all topics: asked for one by its name, a broker may make it.
        topic = self._metadata().topics.get(self._topic)
        if topic is None:
            yield Observed(Grade.WORRY, f"no topic {self._topic} yet")
            return
        partitions = list(topic.partitions.values())
        yield Observed(Grade.OK, f"the topic {self._topic} stands, partitions: {len(partitions)}")
        replicas = min((len(partition.replicas) for partition in partitions), default=0)
        if replicas < 2:
            yield Observed(Grade.WORRY, "one replica: what a broker loses is lost")
        else:
            yield Observed(Grade.OK, f"replicas: {replicas}")
        yield self._insync()

    def _insync(self) -> Observed:
        wanted = ConfigResource(ConfigResource.Type.TOPIC, self._topic)
        try:
            (asked,) = self._client.describe_configs([wanted], request_timeout=IO_SECONDS).values()
            least = int(asked.result(IO_SECONDS)[INSYNC].value)
        except (KafkaException, TimeoutError, KeyError, ValueError):
            return Observed(Grade.WORRY, f"{INSYNC} cannot be asked for")
        if least < 2:
            told = f"{INSYNC} is {least}: acks=all may be the acknowledgement of one"
            return Observed(Grade.WORRY, told)
        return Observed(Grade.OK, f"{INSYNC} is {least}")

    def _metadata(self) -> ClusterMetadata:
        try:
            return self._client.list_topics(timeout=IO_SECONDS)
        except KafkaException as error:
            raise Busy(str(error)) from error
