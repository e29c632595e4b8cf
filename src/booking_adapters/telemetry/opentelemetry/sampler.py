"""Which traces are kept: every process decides alike, for whole traces."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes

WHOLE = 1 << 64


class ShareOfTraces(Sampler):
    """By a digest of the trace's id.

    The SDK's own takes the id's last 64 bits for random, and the first of these are the same in all
    UUIDs. Nobody's flag is followed: it could not be kept in the outbox.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._bound = round(share * WHOLE)

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        kept = self.keeps(trace_id)
        decision = Decision.RECORD_AND_SAMPLE if kept else Decision.DROP
        return SamplingResult(decision, attributes if kept else None)

    def keeps(self, trace_id: int) -> bool:
        """Whether spans of this trace are kept."""
        digest = blake2b(trace_id.to_bytes(16, "big"), digest_size=8).digest()
        return int.from_bytes(digest, "big") < self._bound

    def get_description(self) -> str:
        return f"ShareOfTraces({self._share:g})"
