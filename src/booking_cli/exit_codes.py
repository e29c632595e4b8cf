"""The one table that turns a refusal's kind into an exit code."""

from __future__ import annotations

from booking_core.domain.kernel.errors import Kind

UNSOUND = 1  # The command ran and found something wrong: a violation, a failed check.
INTERRUPTED = 130  # As shells report SIGINT.
BROKEN_PIPE = 141  # As shells report SIGPIPE.

EXIT_CODES = {
    Kind.INVALID: 2,  # Click's own code for a wrong option.
    Kind.UNAUTHENTICATED: 3,
    Kind.FORBIDDEN: 4,
    Kind.MISSING: 5,
    Kind.CONFLICT: 6,
    Kind.STALE: 7,
    Kind.MISMATCH: 8,
    Kind.BUSY: 75,  # EX_TEMPFAIL: the same command may be repeated.
}
