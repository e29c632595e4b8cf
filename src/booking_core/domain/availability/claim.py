"""Moved to the kernel, which bookings and availability share; import it from there."""

from booking_core.domain.kernel.claim import Claim as Claim
