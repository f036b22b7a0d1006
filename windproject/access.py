"""Who may read through the API."""

from typing import Any

from django.conf import settings
from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class MayRead(BasePermission):
    """Whoever has logged in or has a token, and with API_PUBLIC_READ everybody."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return settings.API_PUBLIC_READ or bool(request.user and request.user.is_authenticated)
