"""The ways to people outside: e-mail, and a POST to somebody's program."""

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core.mail import send_mail
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from aggregates.models import Alert
from common import leaving, waits
from common.wording import first_line, listed

# The first digit of a status that says so: 204 is a success as well.
SUCCESS = 2
EMAIL, WEBHOOK = "e-mail", "webhook"
MOST_LINES = 50


class NotDelivered(Exception):
    """The channel did not take a message, for the reason that the sentence tells."""


def configured() -> list[str]:
    """Return the channels that this deployment has."""
    chosen = {EMAIL: settings.ALERT_EMAILS, WEBHOOK: settings.ALERT_WEBHOOK_URL}
    return [name for name, address in chosen.items() if address]


def whereto() -> str:
    """Say where alerts go; the address of a webhook may hold a secret, so its host alone."""
    places = [f"by {EMAIL} to {listed(settings.ALERT_EMAILS)}"] if settings.ALERT_EMAILS else []
    if settings.ALERT_WEBHOOK_URL:
        places.append(f"to the {WEBHOOK} at {urlsplit(settings.ALERT_WEBHOOK_URL).hostname}")
    if not places:
        return (
            "Alerts are kept here, and nobody is told: neither ALERT_EMAILS nor ALERT_WEBHOOK_URL"
            " is set."
        )
    return f"Alerts go {' and '.join(places)}. To try: manage.py send_test_alert"


def send(channel: str, alerts: Sequence[Alert]) -> None:
    """Send all of the alerts in one message.

    Raises:
        NotDelivered: where the channel does not take it, or not in time.
    """
    try:
        {EMAIL: _send_mail, WEBHOOK: _post}[channel](alerts)
    except NotDelivered:
        raise
    except Exception as error:
        # Beside errors of servers, addresses that cannot be raise those of whoever reads them.
        raise NotDelivered(first_line(error) or type(error).__name__) from error


def _send_mail(alerts: Sequence[Alert]) -> None:
    subject = f"windproject: {_subject(alerts)}"
    html = _html(alerts) if any(alert.html for alert in alerts) else None
    send_mail(subject, _text(alerts), None, settings.ALERT_EMAILS, html_message=html)


def _html(alerts: Sequence[Alert]) -> str:
    """Return the same as HTML, of which only the alerts that have some are more than text."""
    shown = [
        mark_safe(alert.html) if alert.html else format_html("<p>{}: {}</p>", alert, alert.message)
        for alert in alerts[:MOST_LINES]
    ]
    return "\n".join(shown)


def _post(alerts: Sequence[Alert]) -> None:
    # `text` is what chat programs show.
    body = {"text": _text(alerts), "alerts": [_as_json(alert) for alert in alerts]}
    try:
        status = leaving.run(_status_of_post(body))
    except TimeoutError:
        raise NotDelivered(f"it has not answered after {waits.WEBHOOK_S} seconds") from None
    if status // 100 != SUCCESS:
        # httpx's own sentence is not repeated: it names the address, which may hold a secret.
        raise NotDelivered(f"it answers with status {status}")


async def _status_of_post(body: dict[str, Any]) -> int:
    # This is asynchronous for the deadline alone. Nothing of the answer but its status is read.
    async with (
        asyncio.timeout(waits.WEBHOOK_S),
        httpx.AsyncClient() as client,
        client.stream("POST", settings.ALERT_WEBHOOK_URL, json=body) as answer,
    ):
        return answer.status_code


def _subject(alerts: Sequence[Alert]) -> str:
    return str(alerts[0]) if len(alerts) == 1 else f"{alerts[0]} and {len(alerts) - 1} more"


def _text(alerts: Sequence[Alert]) -> str:
    lines = [f"{alert}: {alert.message}" for alert in alerts[:MOST_LINES]]
    if len(alerts) > MOST_LINES:
        lines.append(f"... and {len(alerts) - MOST_LINES} more.")
    return "\n".join(lines)


def _as_json(alert: Alert) -> dict[str, str | None]:
    return {
        "day": str(alert.day) if alert.day else None,
        "turbine": alert.turbine or None,
        "event": alert.event,
        "message": alert.message,
        "raised_at": alert.raised_at.isoformat(),
    }
