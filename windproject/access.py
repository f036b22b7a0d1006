"""Who a visitor of the API is, and what they may read."""

from typing import Any

from django.conf import settings
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class AsciiTokenAuthentication(TokenAuthentication):  # type: ignore[misc]  # it has no types
    """Tokens of ASCII alone, as all of them are."""

    def authenticate(self, request: Request) -> Any:
        """Return the token's account, or None where the request has no token.

        Raises:
            AuthenticationFailed: where the token is none.
        """
        try:
            return super().authenticate(request)
        except UnicodeError:
            raise AuthenticationFailed("Invalid token.") from None


class MayRead(BasePermission):
    """Whoever has logged in or has a token, and with API_PUBLIC_READ everybody."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return settings.API_PUBLIC_READ or bool(request.user and request.user.is_authenticated)
