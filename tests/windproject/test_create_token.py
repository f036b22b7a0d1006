"""`manage.py create_token`."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_token_lets_a_program_in(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.API_PUBLIC_READ = False
    User.objects.create_user("analyst")
    call_command("create_token", "analyst")
    token = capsys.readouterr().out.strip()
    response = Client().get("/api/variables", headers={"Authorization": f"Token {token}"})
    assert response.status_code == 200


def test_an_account_that_is_not_there_is_told_with_what_to_type() -> None:
    with pytest.raises(CommandError, match="no account 'nobody': make one with createsuperuser"):
        call_command("create_token", "nobody")


def test_an_account_that_is_switched_off_gets_no_token() -> None:
    User.objects.create_user("left", is_active=False)
    with pytest.raises(CommandError, match="switched off"):
        call_command("create_token", "left")
