"""The last use of each of the API's tokens, so that one that nobody needs is seen, and deleted."""

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now
from knox.models import AuthToken

# The use is written no more often, for some programs ask many times a second.
NOTED_EVERY = timedelta(minutes=1)


class TokenUse(models.Model):
    """The last use of a token, to the minute."""

    token = models.OneToOneField(AuthToken, models.CASCADE, primary_key=True, related_name="use")
    used_at = models.DateTimeField()

    class Meta:
        db_table = "token_use"
        default_permissions = ()

    @classmethod
    def note(cls, token: AuthToken) -> None:
        """Remember that the token is used now."""
        if not cls.objects.filter(token=token, used_at__gt=Now() - NOTED_EVERY).exists():
            cls.objects.update_or_create(token=token, defaults={"used_at": Now()})
