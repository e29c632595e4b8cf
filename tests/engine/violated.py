"""What the machine raises where the engine is not what the model is, and nothing else does."""

from __future__ import annotations

from enum import StrEnum


class Promise(StrEnum):
    """What is promised, each guarded by the machine."""

    REFUSED_IF_AND_ONLY_IF = "an act is refused if and only if the model says so"
    NEVER_CRASHES = "an act is done or refused, and nothing else"
    SAME_KEY_SAME_ANSWER = "the same request with the same key has the same answer"
    A_KEY_IS_FOR_ONE_REQUEST = "another request with the same key is refused"
    NOTHING_BUT_WHAT_WAS_BOOKED = "every booking is one that was made"
    BOOKINGS_ARE_AS_THEY_SHOULD = "state, expiry, price and parts are what they should be"
    MONEY_IS_CONSERVED = "captured, kept and given back are what they should be"
    NOBODY_PAYS_FOR_NOTHING = "what is over cannot be paid for, and what is due can"
    HISTORIES_HAVE_NO_GAP = "what happened is told in order and without a gap"
    CLAIMS_ARE_WHAT_IS_BOOKED = "what is claimed is what is booked or blocked"
    NO_OVERLAP = "no two claims of one unit overlap"
    VERIFY_IS_CLEAN = "the engine finds no violation in what is stored"
    TENANTS_ARE_APART = "of another tenant nothing is seen, and nothing can be done to it"
    BEST_SEATS = "the best seats are those which the words of the rule say"


class Violated(AssertionError):
    """A promise that was broken, and how."""

    def __init__(self, promise: Promise, detail: object) -> None:
        super().__init__(f"{promise}: {detail}")
        self.promise = promise


def must(holds: bool, promise: Promise, detail: object = "") -> None:
    """Raise Violated unless it holds."""
    if not holds:
        raise Violated(promise, detail)
