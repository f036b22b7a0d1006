"""What pages of the admin have in common, whichever database they show."""

from typing import Any

from django.http import HttpRequest


class ReadOnly:
    """Lists and pages without a way to add, change or delete."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
