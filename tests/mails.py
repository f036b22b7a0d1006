"""A mail server that takes mail, which stands for what lies outside."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

import pytest


class Mails(list[EmailMessage]):
    """The mails that were taken, parsed as a reader of mail does; `port` is where."""

    port = 0


@pytest.fixture
def mails(settings: Any) -> Iterator[Mails]:
    """What a server took by SMTP (RFC 5321) while the test runs."""
    taken = Mails()

    class Conversation(StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 mail.example.org ESMTP")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    self.say("354 end with a dot")
                    self.take()
                self.say("221 bye" if verb == b"QUIT" else "250 ok")
                if verb == b"QUIT":
                    return

        def take(self) -> None:
            lines = list(iter(self.rfile.readline, b".\r\n"))
            # A line that begins with a dot has another before it on its way.
            body = b"".join(line[1:] if line.startswith(b".") else line for line in lines)
            mail = message_from_bytes(body, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            taken.append(mail)

    with ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        taken.port = server.server_address[1]
        settings.EMAIL_BACKEND = "common.mail.MailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", taken.port
        Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield taken
        server.shutdown()
