"""RabbitMQ: durable, confirmed, order kept. Nothing that was confirmed is lost with a node.

Messages are persistent and published with confirms; queues are quorum queues. What no queue is
bound for rests in `<exchange>.unrouted`, what was delivered too often in `<queue>.dead`: nets for
what never reached the engine, whose own retries and dead letters are in its tables.
"""
