"""Kafka, by librdkafka: an own adapter, as Kombu's checks no delivery and knows no keys.

The exchange is one Kafka topic, so that all events of a booking are in one partition, in order; an
event's type is a header, and a consumer passes over what it did not subscribe to. Other topics can
be read beside it: `kafka://host/?topics=payment.success,payment.failed`.

Offsets are committed by hand, and only up to the first delivery that is not accepted. So after a
rebalance or a crash, what came behind it comes again, accepted or not. Kafka does not say whether
somebody had a message before: how far a group was handed messages is noted as the metadata of its
offsets, before it is. Kafka keeps no count, and has no dead letters. A handler may work for
10 minutes; then its partitions are given to another.
"""
