"""What is shown of a cancellation's quote."""

from __future__ import annotations

from datetime import datetime

from booking_core.domain.booking.quote import Quote
from booking_http.amounts import Amount, shown
from booking_http.instants import shown_duration
from booking_http.strict_body import View


class QuoteView(View, frozen=True, kw_only=True):
    """`refund` would come back of `paid`, `kept` would stay; nothing where nothing was paid."""

    at: datetime
    notice: str
    paid: Amount | None
    refund: Amount | None
    kept: Amount | None


def quote_view(quote: Quote) -> QuoteView:
    """The quote, with the notice that is left as an ISO 8601 duration."""
    return QuoteView(
        at=quote.at,
        notice=shown_duration(quote.notice),
        paid=shown(quote.paid),
        refund=shown(quote.refund),
        kept=shown(quote.kept),
    )
