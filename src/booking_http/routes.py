"""Every route of the service."""

from __future__ import annotations

from booking_http.bookings import customer_verbs, making, provider_verbs
from booking_http.problem_pages import get_problem_type, list_problem_types

ROUTES = [
    making.create_booking,
    making.list_bookings,
    making.get_booking,
    customer_verbs.quote_cancellation,
    customer_verbs.cancel_booking,
    customer_verbs.delete_booking,
    customer_verbs.reschedule_booking,
    customer_verbs.put_booking,
    customer_verbs.swap_bookings,
    customer_verbs.extend_hold,
    provider_verbs.approve_booking,
    provider_verbs.reject_booking,
    provider_verbs.check_in_booking,
    provider_verbs.complete_booking,
    provider_verbs.mark_no_show,
    list_problem_types,
    get_problem_type,
]
