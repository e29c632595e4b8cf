"""What a campaign did, and what came of it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from campaign.outage.checks import Findings
from campaign.outage.planted import BUGS
from campaign.outage.stage import Setup

EXAMPLES_SHOWN = 20


@dataclass(slots=True)
class Report:
    """`outages` are the long ones of the broker, each with what waited behind it."""

    setup: Setup
    injected: Counter[str] = field(default_factory=Counter)
    recoveries: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    told: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    restarts: Counter[str] = field(default_factory=Counter)
    findings: Findings = field(default_factory=Findings)
    outages: list[dict[str, float]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_as_expected(self) -> bool:
        """Nothing was wrong; or what was planted was found, by the check that is there for it."""
        if self.setup.bug is not None:
            return BUGS[self.setup.bug] in self.findings.faults
        return not self.findings.faults

    def printed(self) -> str:
        """As JSON."""
        faults = self.findings.faults
        shown: dict[str, Any] = {
            "seed": self.setup.seed,
            "broker": self.setup.broker,
            "planted": self.setup.bug,
            "seconds": round(self.seconds, 1),
            "injected": dict(sorted(self.injected.items())),
            "told": dict(sorted(self.told.items())),
            "repairs": dict(self.repairs),
            "ended_by_themselves": dict(self.restarts),
            "recovery_seconds": {
                component: {
                    "times": len(each),
                    "median": round(sorted(each)[len(each) // 2], 2),
                    "worst": round(max(each), 2),
                }
                for component, each in sorted(self.recoveries.items())
            },
            "broker_down": self.outages,
            "checked": dict(self.findings.checked),
            "faults": {check: len(found) for check, found in faults.items()},
            "examples": {check: found[:EXAMPLES_SHOWN] for check, found in faults.items()},
        }
        return json.dumps(shown, indent=2)
