"""`manage.py send_test_alert`."""

from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from aggregates.models import Alert


@pytest.mark.django_db
def test_a_test_alert_says_which_channels_took_it(settings: Any, posts: Any) -> None:
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = ["ada@example.org"], posts.address
    call_command("send_test_alert", stdout=(said := StringIO()))
    assert said.getvalue().splitlines() == ["e-mail: taken", "webhook: taken"]
    assert mail.outbox[0].subject == "windproject: a channel test"
    posts.status = 500
    with pytest.raises(CommandError, match="webhook: it answers with status 500"):
        call_command("send_test_alert", stdout=StringIO())
    assert not Alert.objects.exists()


def test_without_a_channel_a_test_alert_says_what_to_set(settings: Any) -> None:
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = [], ""
    with pytest.raises(CommandError, match="neither ALERT_EMAILS nor ALERT_WEBHOOK_URL is set"):
        call_command("send_test_alert")
