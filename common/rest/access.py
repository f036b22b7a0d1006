"""Who a visitor of the API is, what they may read, and how often they may ask."""

from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.dispatch import Signal
from django.http import HttpRequest
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

# Django's accounts have no longer names.
LONGEST_ACCOUNT = 150
# Sent with the `token` by which somebody was let in.
token_used = Signal()


class AsciiTokenAuthentication(TokenAuthentication):  # type: ignore[misc]  # it has no types
    """Tokens of ASCII alone, as all of them are."""

    def authenticate(self, request: Request) -> Any:
        """Return the account and its token, or None where the HTTP request has no token.

        Raises:
            AuthenticationFailed: where the token is none.
        """
        try:
            account_and_token = super().authenticate(request)
        except UnicodeError:
            raise AuthenticationFailed("Invalid token.") from None
        if account_and_token:
            token_used.send(sender=type(self), token=account_and_token[1])
        return account_and_token


def client_address(request: HttpRequest) -> str | None:
    """Return the address that a visitor is counted by, as the throttles do; None where none is."""
    address = BaseThrottle().get_ident(Request(request))
    try:
        return str(ip_address(address))
    except ValueError:
        # A visitor who does not come through the proxy may claim any address.
        return str(request.META.get("REMOTE_ADDR") or "") or None


def account_named(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the account that a login names, as long as any name can be."""
    named = (credentials or {}).get("username") or request.POST.get("username", "")
    return str(named)[:LONGEST_ACCOUNT]


class MayRead(BasePermission):
    """Lets those read who have logged in or have a token, and with API_PUBLIC_READ everybody."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return settings.API_PUBLIC_READ or bool(request.user and request.user.is_authenticated)


class MayChange(BasePermission):
    """Lets those change something who have the permission; reading takes none."""

    permission: str

    @property
    def message(self) -> str:
        """What is said to the others."""
        return f"This takes the permission {self.permission}."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether the visitor may do what is asked for."""
        return request.method in SAFE_METHODS or bool(request.user.has_perm(self.permission))


class Throttle(SimpleRateThrottle):
    """At most so many HTTP requests of an account or, without one, of an address.

    Each web process counts for itself.
    """

    is_reading: bool

    def allow_request(self, request: Request, view: Any) -> bool:
        """Return whether this one may come now; an HTTP request of the other kind always may."""
        if (request.method in SAFE_METHODS) != self.is_reading:
            return True
        return bool(super().allow_request(request, view))

    def get_cache_key(self, request: Request, view: Any) -> str:
        """Return what its requests are counted by."""
        user = request.user
        who = f"user-{user.pk}" if user.is_authenticated else self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": who}


class ReadThrottle(Throttle):
    """How often HTTP requests that change nothing may come."""

    scope, is_reading = "read", True


class WriteThrottle(Throttle):
    """How often HTTP requests that ask for work may come."""

    scope, is_reading = "write", False
