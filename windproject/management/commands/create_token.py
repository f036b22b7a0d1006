"""`manage.py create_token`: a token for a program that asks the API."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from knox.models import AuthToken


class Command(BaseCommand):
    help = "Makes a token that acts in an account's name, and shows it this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", metavar="USER", help="the account in whose name it acts")

    def handle(self, *args: Any, account: str, **options: Any) -> None:
        user = get_user_model().objects.filter(username=account).first()
        if user is None:
            raise CommandError(
                f"There is no account {account!r}: make one with createsuperuser, or in the admin."
            )
        if not user.is_active:
            raise CommandError(f"The account {account!r} is switched off, and so its tokens are.")
        _, token = AuthToken.objects.create(user)
        self.stdout.write(token)
        self.stderr.write(
            "It is shown this once, and holds until it is deleted in the admin. To use it:\n"
            f'  curl -H "Authorization: Token {token}" ...'
        )
