"""Alerts about logins that fail, and notes of the use of tokens."""

from typing import Any

from axes.signals import user_locked_out
from django.conf import settings
from django.db.models.functions import Now
from django.dispatch import receiver

from aggregates.alerting.alerts import raise_alert
from aggregates.models import Alert, TokenUse
from common.rest.access import token_used
from common.wording import quoted

LOCKED = Alert.Event.LOCKED


@receiver(user_locked_out)
def tell(username: str, ip_address: str | None, **kwargs: Any) -> None:
    """Raise an alert, once as long as the account is locked for an address."""
    message = (
        f"{settings.AXES_FAILURE_LIMIT} wrong passwords for the account {quoted(username or '')}"
        f" came from {ip_address or 'an unknown address'}: it takes none from there for"
        f" {settings.AXES_COOLOFF_TIME.total_seconds() // 60:.0f} minutes."
    )
    told = Alert.objects.filter(event=LOCKED, message=message)
    if not told.filter(raised_at__gt=Now() - settings.AXES_COOLOFF_TIME).exists():
        raise_alert(None, LOCKED, message)


@receiver(token_used)
def note_use(token: Any, **kwargs: Any) -> None:
    """Remember when the token was used last."""
    TokenUse.note(token)
