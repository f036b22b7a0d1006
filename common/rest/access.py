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
        """Return the token's account, or None where the request has no token.

        Raises:
            AuthenticationFailed: where the token is none.
        """
        try:
            found = super().authenticate(request)
        except UnicodeError:
            raise AuthenticationFailed("Invalid token.") from None
        if found:
            token_used.send(sender=type(self), token=found[1])
        return found


def client_address(request: HttpRequest) -> str | None:
    """Return the address that a visitor is counted by, as the throttles do; None where none is."""
    address = BaseThrottle().get_ident(Request(request))
    try:
        return str(ip_address(address))
    except ValueError:
        # Whoever comes past the proxy may claim anything.
        return str(request.META.get("REMOTE_ADDR") or "") or None


def account_named(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the account that a login names, as long as any name can be."""
    named = (credentials or {}).get("username") or request.POST.get("username", "")
    return str(named)[:LONGEST_ACCOUNT]


class MayRead(BasePermission):
    """Whoever has logged in or has a token, and with API_PUBLIC_READ everybody."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return settings.API_PUBLIC_READ or bool(request.user and request.user.is_authenticated)


class Throttle(SimpleRateThrottle):
    """At most so many requests of an account or, without one, of an address.

    Each web process counts for itself.
    """

    is_reading: bool

    def allow_request(self, request: Request, view: Any) -> bool:
        """Return whether this one may come now; the other kind of request always may."""
        if (request.method in SAFE_METHODS) != self.is_reading:
            return True
        return bool(super().allow_request(request, view))

    def get_cache_key(self, request: Request, view: Any) -> str:
        """Return what its requests are counted by."""
        user = request.user
        who = f"user-{user.pk}" if user.is_authenticated else self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": who}


class ReadThrottle(Throttle):
    """Of requests that change nothing."""

    scope, is_reading = "read", True


class WriteThrottle(Throttle):
    """Of requests that ask for work."""

    scope, is_reading = "write", False
