"""Take and accept many messages at once, in the books that Kombu keeps for one after the other."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from kombu.transport import virtual
from kombu.utils.json import loads

# Popped and noted as unaccepted in one step, so that nothing is lost between the two. What it
# cannot read stays where it was, for Kombu. What was taken is noted under the taker's name, too: an
# answer that is lost on its way would make it nobody's until the visibility timeout.
_TAKE = """
local taken = {}
redis.call('DEL', KEYS[3])
for list = 4, #KEYS do
  while #taken < tonumber(ARGV[1]) do
    local raw = redis.call('RPOP', KEYS[list])
    if not raw then break end
    local tag, exchange, routing_key
    pcall(function()
      local properties = cjson.decode(raw).properties
      tag = properties.delivery_tag
      exchange = properties.delivery_info.exchange
      routing_key = properties.delivery_info.routing_key
    end)
    if type(tag) ~= 'string' or type(exchange) ~= 'string' or type(routing_key) ~= 'string' then
      redis.call('RPUSH', KEYS[list], raw)
      return taken
    end
    local route = cjson.encode(exchange) .. ',' .. cjson.encode(routing_key)
    redis.call('HSET', KEYS[1], tag, '[' .. raw .. ',' .. route .. ']')
    redis.call('ZADD', KEYS[2], ARGV[2], tag)
    redis.call('RPUSH', KEYS[3], tag)
    redis.call('EXPIRE', KEYS[3], ARGV[3])
    taken[#taken + 1] = {tag, raw}
  end
end
return taken
"""


def take(channel: Any, queue: str, most: int, note: str) -> Sequence[tuple[str, bytes]]:
    """Tags and frames that are in the queue now, unaccepted from now on; the most urgent first.

    `note` is the name of a list, of the taker's own, that has these tags until the next time.
    """
    lists = [channel._q_for_pri(queue, priority) for priority in channel.priority_steps]
    with channel.conn_or_acquire() as client:
        taken = client.register_script(_TAKE)(
            keys=[channel.unacked_key, channel.unacked_index_key, note, *lists],
            args=[most, time.time(), int(channel.visibility_timeout) + 1],
        )
    return [(tag.decode(), frame) for tag, frame in taken]


def noted(channel: Any, note: str) -> list[str]:
    """The tags that were taken last."""
    with channel.conn_or_acquire() as client:
        return [tag.decode() for tag in client.lrange(note, 0, -1)]


def read(channel: Any, frame: bytes) -> Any:
    """Kombu's message; Kombu knows from now on that it is unaccepted. Raises what Kombu raises."""
    message = channel.Message(loads(frame), channel=channel)
    virtual.QoS.append(channel.qos, message, message.delivery_tag)
    return message


def accept(channel: Any, tags: Sequence[str]) -> None:
    """All in one transaction, where Kombu has one for each."""
    if not tags:
        return
    with channel.conn_or_acquire() as client, client.pipeline() as together:
        together.zrem(channel.unacked_index_key, *tags)
        together.hdel(channel.unacked_key, *tags)
        together.execute()
    for tag in tags:
        virtual.QoS.ack(channel.qos, tag)


def give_back(channel: Any, tags: Sequence[str]) -> None:
    """Each to where it was."""
    for tag in tags:
        channel.basic_reject(tag, requeue=True)
