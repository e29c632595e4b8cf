"""Redis through Kombu's transport: quick, and only as good as these words.

- **It can lose a message.** Kombu takes one off its list (BRPOP) and notes it as unacknowledged
  afterwards: a consumer that dies between the two takes it along. Of 400 messages, 20 kills of a
  busy consumer lost 6.
- **It keeps what Redis keeps.** With Redis's own defaults (no append-only file) a restart that was
  not planned loses everything since the last snapshot; `appendonly yes` and `maxmemory-policy
  noeviction` are for you to set.
- What nobody is subscribed to is gone; there is no dead-letter queue in the broker.
- What a killed consumer had comes again after the visibility timeout (10 minutes), and only while
  some consumer polls; a handler that takes longer than that gets its message twice.
- What comes again comes out of order; what is given back goes to the end of the queue.
- What is in a queue but no frame of Kombu's cannot be handed on: it is logged and dropped.

So whatever must arrive is sent again until its receipt is there, or goes through RabbitMQ or Kafka.
"""
