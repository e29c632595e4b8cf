"""Which promises each planted bug breaks: whichever of them is seen first."""

from __future__ import annotations

from tests.engine.violated import Promise

CLAIMS = {
    Promise.CLAIMS_ARE_WHAT_IS_BOOKED,
    Promise.NO_OVERLAP,
    Promise.VERIFY_IS_CLEAN,
    Promise.REFUSED_IF_AND_ONLY_IF,
}
BOOKINGS = {
    Promise.BOOKINGS_ARE_AS_THEY_SHOULD,
    Promise.REFUSED_IF_AND_ONLY_IF,
    Promise.HISTORIES_HAVE_NO_GAP,
    Promise.VERIFY_IS_CLEAN,
}
MONEY = {Promise.MONEY_IS_CONSERVED, Promise.VERIFY_IS_CLEAN, Promise.REFUSED_IF_AND_ONLY_IF}
HISTORY = {Promise.HISTORIES_HAVE_NO_GAP, Promise.VERIFY_IS_CLEAN}
KEYS = {Promise.SAME_KEY_SAME_ANSWER, Promise.A_KEY_IS_FOR_ONE_REQUEST}
KEYS_OF_OTHERS = {
    Promise.REFUSED_IF_AND_ONLY_IF,
    Promise.SAME_KEY_SAME_ANSWER,
    Promise.NOTHING_BUT_WHAT_WAS_BOOKED,
    Promise.TENANTS_ARE_APART,
}

BREAKS: dict[str, set[Promise]] = {
    "claims_are_not_released": CLAIMS,
    "claims_are_not_made": CLAIMS,
    "the_last_claim_of_several_is_forgotten": CLAIMS,
    "answers_are_not_stored": KEYS,
    "a_saved_booking_is_dropped": BOOKINGS,
    "transfers_are_dropped": MONEY,
    "transfers_are_told_twice": MONEY,
    "the_last_event_of_several_is_dropped": HISTORY,
    "a_number_is_left_out_of_a_history": HISTORY,
    "buffers_are_lost": CLAIMS,
    "a_hold_never_lapses": BOOKINGS,
    "holds_are_not_limited": {Promise.REFUSED_IF_AND_ONLY_IF},
    "a_rejected_booking_keeps_its_place": CLAIMS,
    "an_extended_hold_ends_as_before": {Promise.BOOKINGS_ARE_AS_THEY_SHOULD},
    "a_refund_at_the_provider_goes_untold": MONEY,
    "nobody_knows_a_payment_of_the_dead": MONEY | KEYS | BOOKINGS,
    "a_key_has_one_answer_for_every_request": {Promise.A_KEY_IS_FOR_ONE_REQUEST},
    "bookings_are_found_next_door": {Promise.TENANTS_ARE_APART},
    "our_claims_count_next_door": CLAIMS | {Promise.TENANTS_ARE_APART},
    "the_best_seats_are_chosen_blindly": CLAIMS | {Promise.BEST_SEATS},
    "overlaps_are_accepted": CLAIMS,
    "an_overdue_hold_blocks": {Promise.REFUSED_IF_AND_ONLY_IF},
    "an_overdue_hold_occupies": CLAIMS,
    "the_sweeper_takes_whom_it_likes": BOOKINGS,
    "the_release_is_a_commit_of_its_own": CLAIMS,
    "a_key_counts_next_door_too": KEYS_OF_OTHERS,
    "a_key_counts_for_everybody": KEYS_OF_OTHERS,
    "a_key_counts_for_every_operation": KEYS_OF_OTHERS,
    "a_repeated_request_is_served_again": KEYS,
    "a_refused_commit_is_half_done": {Promise.NOTHING_BUT_WHAT_WAS_BOOKED, *CLAIMS},
}
