"""Does to the engine whatever comes to mind, and to the model, and compares them."""

from __future__ import annotations

from tests.engine.changing_rules import ChangingRules
from tests.engine.closing_rules import ClosingRules
from tests.engine.key_rules import KeyRules
from tests.engine.next_door_rules import NextDoorRules


class EngineMachine(ChangingRules, ClosingRules, KeyRules, NextDoorRules):
    """Every act is keyed; whatever the engine does that the model does not is a Violated."""
