"""Every route of the service."""

from __future__ import annotations

from booking_http import health, metrics, problem_pages
from booking_http.availability import explain, free, seats
from booking_http.bookings import customer_verbs, documents, history, making, moving, provider_verbs
from booking_http.catalogue import blocks, performances, resources, services
from booking_http.payments import checkout, paying, webhooks
from booking_http.webhooks import deliveries, keeping

ROUTES = [
    health.get_health,
    health.is_live,
    health.is_ready,
    making.create_booking,
    making.list_bookings,
    making.get_booking,
    history.read_history,
    documents.get_ticket_code,
    documents.get_calendar_file,
    customer_verbs.quote_cancellation,
    customer_verbs.cancel_booking,
    customer_verbs.delete_booking,
    customer_verbs.extend_hold,
    moving.reschedule_booking,
    moving.put_reschedule,
    moving.put_booking,
    moving.swap_bookings,
    provider_verbs.approve_booking,
    provider_verbs.reject_booking,
    provider_verbs.check_in_booking,
    provider_verbs.complete_booking,
    provider_verbs.mark_no_show,
    free.find_free_of_resource,
    free.find_free_of_service,
    seats.show_seats,
    explain.explain_availability,
    resources.list_resources,
    resources.get_resource,
    resources.create_resource,
    resources.put_resource,
    services.list_services,
    services.get_service,
    services.create_service,
    services.put_service,
    performances.list_performances,
    performances.get_performance,
    performances.create_performance,
    performances.put_performance,
    blocks.list_blocks,
    blocks.block_units,
    blocks.lift_block,
    paying.start_payment,
    paying.refund_payment,
    webhooks.receive_callback,
    keeping.list_webhooks,
    keeping.get_webhook,
    keeping.create_webhook,
    keeping.put_webhook,
    keeping.rotate_webhook_secret,
    keeping.enable_webhook,
    keeping.disable_webhook,
    keeping.delete_webhook,
    deliveries.list_deliveries,
    deliveries.get_delivery,
    deliveries.replay_delivery,
    deliveries.replay_deliveries,
    problem_pages.list_problem_types,
    problem_pages.get_problem_type,
]
METRICS_ROUTES = [metrics.get_metrics]
DEVELOPMENT_ROUTES = [
    checkout.show_checkout,
    checkout.decide_checkout,
]
