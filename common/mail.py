"""Sending mail by a server that may be slow, or worse.

smtplib has a limit of each part of an answer alone: a server that says a letter now and then would
keep it for ever. The look-up of a name has none.
"""

import smtplib
import socket
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from threading import Timer
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from common import waits
from common.leaving import within


class PatientSMTP(smtplib.SMTP):
    """A connection that ends when all that is said on it takes too long, within a line or not."""

    ended: Timer | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        link: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # it is no part of its types
        # A duplicate, for what encrypts the connection takes the socket itself away.
        self.link = link.dup()
        self.ended = Timer(waits.MAIL_S, _end, [self.link])
        self.ended.daemon = True
        self.ended.start()
        return link

    def close(self) -> None:
        super().close()
        if self.ended:
            self.ended.cancel()
            self.link.close()


class PatientSMTPS(smtplib.SMTP_SSL, PatientSMTP):
    """The same, encrypted from its first byte on."""


class MailBackend(EmailBackend):
    """Django's own backend, on these connections."""

    @property
    def connection_class(self) -> Any:
        return PatientSMTPS if self.use_ssl else PatientSMTP

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send the mails.

        Raises:
            TimeoutError: where names are looked up for as long as all else may take.
        """
        send = partial(super().send_messages, email_messages)
        return within(waits.MAIL_CONNECT_S + waits.MAIL_S, send) or 0


def _end(link: socket.socket) -> None:
    with suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
