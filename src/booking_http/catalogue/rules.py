"""A resource's rules on the wire."""

from __future__ import annotations

from typing import Annotated

import msgspec

from booking_core.domain.catalogue.rules import Rules
from booking_http.instants import duration, shown_duration
from booking_http.strict_body import Body
from booking_http.texts import Duration


class RuleBook(Body, frozen=True, kw_only=True):
    """Bounds on a wish; what is left out is as generous as the engine allows.

    Starts lie on a grid of `step` from local midnight plus `offset`. Buffers are claimed with a
    booking and not sold. `holdsMax` is how many live holds one customer may have here.
    """

    step: Duration = "PT1M"
    offset: Duration = "PT0S"
    duration_min: Duration = "PT1M"
    duration_max: Duration = "P92D"
    notice_min: Duration = "PT0S"
    advance_max: Duration = "P730D"
    buffer_before: Duration = "PT0S"
    buffer_after: Duration = "PT0S"
    units_max: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    holds_max: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None

    @classmethod
    def of(cls, rules: Rules) -> RuleBook:
        return cls(
            step=shown_duration(rules.step),
            offset=shown_duration(rules.offset),
            duration_min=shown_duration(rules.duration_min),
            duration_max=shown_duration(rules.duration_max),
            notice_min=shown_duration(rules.notice_min),
            advance_max=shown_duration(rules.advance_max),
            buffer_before=shown_duration(rules.buffer_before),
            buffer_after=shown_duration(rules.buffer_after),
            units_max=rules.units_max,
            holds_max=rules.holds_max,
        )

    def rules(self) -> Rules:
        """What they mean, or InvalidInput."""
        return Rules(
            step=duration("rules.step", self.step),
            offset=duration("rules.offset", self.offset),
            duration_min=duration("rules.durationMin", self.duration_min),
            duration_max=duration("rules.durationMax", self.duration_max),
            notice_min=duration("rules.noticeMin", self.notice_min),
            advance_max=duration("rules.advanceMax", self.advance_max),
            buffer_before=duration("rules.bufferBefore", self.buffer_before),
            buffer_after=duration("rules.bufferAfter", self.buffer_after),
            units_max=self.units_max,
            holds_max=self.holds_max,
        )
