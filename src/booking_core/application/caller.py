"""Who asks, and what they may see and do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from booking_core.domain.kernel.errors import Forbidden, NotFound
from booking_core.domain.kernel.ids import (
    DEFAULT_TENANT,
    CorrelationId,
    CustomerId,
    ProviderId,
    TenantId,
)
from booking_core.ports.booking_repository import BookingFilter, Dossier


class Role(StrEnum):
    """An admin may do all within the tenant; a service is another program of ours."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    ADMIN = "admin"
    SERVICE = "service"


OFFICE = frozenset({Role.ADMIN, Role.SERVICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One principal of one tenant; `id` is its customer id or provider id."""

    id: str
    roles: frozenset[Role]
    tenant_id: TenantId = DEFAULT_TENANT
    correlation_id: CorrelationId | None = None

    @property
    def is_office(self) -> bool:
        return not self.roles.isdisjoint(OFFICE)

    @property
    def label(self) -> str:
        """Who it was, for the history."""
        return f"{'+'.join(sorted(role.value for role in self.roles))}:{self.id}"

    def see(self, dossier: Dossier) -> Dossier:
        """The dossier, or the NotFound that a booking which does not exist gives."""
        booking = dossier.booking
        mine = Role.CUSTOMER in self.roles and booking.customer_id == self.id
        sold = Role.PROVIDER in self.roles and booking.provider_id == self.id
        if mine or sold or self.is_office:
            return dossier
        raise NotFound("booking", booking.id)

    def sell(self, dossier: Dossier) -> Dossier:
        """The dossier for somebody who may act as its provider, else NotFound or Forbidden."""
        self.see(dossier)
        self.own(dossier.booking.provider_id)
        return dossier

    def own(self, provider_id: ProviderId) -> None:
        """Forbidden unless the caller acts for that provider."""
        if not (self.is_office or (Role.PROVIDER in self.roles and provider_id == self.id)):
            raise Forbidden(Role.PROVIDER.value)

    def buy_for(self, customer_id: CustomerId) -> None:
        """Forbidden unless the caller may book for that customer."""
        if Role.CUSTOMER in self.roles and customer_id == self.id:
            return
        if not (self.is_office or Role.PROVIDER in self.roles):
            raise Forbidden(Role.ADMIN.value)

    def run(self) -> None:
        """Forbidden unless the caller operates the engine."""
        if not self.is_office:
            raise Forbidden(Role.ADMIN.value)

    def narrow(self, wanted: BookingFilter) -> BookingFilter:
        """The filter cut down to what the caller may list."""
        if self.is_office:
            return wanted
        if Role.PROVIDER in self.roles:
            return BookingFilter(
                customer_id=wanted.customer_id,
                provider_id=ProviderId(self.id),
                resource_id=wanted.resource_id,
                state=wanted.state,
            )
        return BookingFilter(
            customer_id=CustomerId(self.id),
            provider_id=wanted.provider_id,
            resource_id=wanted.resource_id,
            state=wanted.state,
        )


def customer(id: str, tenant_id: TenantId = DEFAULT_TENANT) -> Caller:
    """A customer, as an embedding host would introduce one."""
    return Caller(id=id, roles=frozenset({Role.CUSTOMER}), tenant_id=tenant_id)


def provider(id: str, tenant_id: TenantId = DEFAULT_TENANT) -> Caller:
    """A provider, who owns resources and decides about bookings of them."""
    return Caller(id=id, roles=frozenset({Role.PROVIDER}), tenant_id=tenant_id)


def admin(id: str = "admin", tenant_id: TenantId = DEFAULT_TENANT) -> Caller:
    """Somebody who may do all within the tenant."""
    return Caller(id=id, roles=frozenset({Role.ADMIN}), tenant_id=tenant_id)


def system(tenant_id: TenantId = DEFAULT_TENANT) -> Caller:
    """The engine itself: sweepers, callbacks of providers, reconciliation."""
    return Caller(id="system", roles=frozenset({Role.SERVICE}), tenant_id=tenant_id)
