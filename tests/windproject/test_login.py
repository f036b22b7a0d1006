"""Logging in, and trying to."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from knox.models import AuthToken

from aggregates.models import Alert, TokenUse
from common.days import now

pytestmark = pytest.mark.django_db

RIGHT = "a long pass phrase"


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_superuser("ada", password=RIGHT)


def log_in(password: str, address: str = "10.0.0.1", name: str = "ada", **headers: Any) -> int:
    posted = {"username": name, "password": password}
    response = Client(REMOTE_ADDR=address, **headers).post("/admin/login/?next=/admin/", posted)
    return response.status_code


def lock(address: str = "10.0.0.1") -> None:
    for _ in range(5):
        log_in("wrong", address)


def test_five_wrong_passwords_lock_an_account_for_that_address_alone(ada: User) -> None:
    for _ in range(4):
        assert log_in("wrong") == 200
    assert log_in(RIGHT) == 302
    lock()
    assert log_in(RIGHT) == 429
    assert log_in(RIGHT, "10.0.0.2") == 302


def test_a_lock_is_told_once(ada: User) -> None:
    lock()
    lock()
    alert = Alert.objects.get()
    assert str(alert) == "an account locked"
    assert "the account 'ada' came from 10.0.0.1" in alert.message


def test_a_lock_is_ended_in_the_admin(ada: User, admin_client: Client) -> None:
    lock()
    assert "ada" in admin_client.get("/admin/axes/accessattempt/").content.decode()
    attempt = AccessAttempt.objects.get()
    admin_client.post(f"/admin/axes/accessattempt/{attempt.pk}/delete/", {"post": "yes"})
    assert log_in(RIGHT) == 302


def test_no_attempt_keeps_a_password(ada: User) -> None:
    lock()
    stored = AccessAttempt.objects.values().get()
    assert "wrong" not in str(stored)


@pytest.mark.parametrize("said", ["1.2.3.4, 10.9.9.9", "10.9.9.9"])
def test_behind_a_proxy_an_address_is_what_the_proxy_adds(
    ada: User, settings: Any, said: str
) -> None:
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
    for _ in range(5):
        log_in("wrong", HTTP_X_FORWARDED_FOR=said)
    assert log_in(RIGHT, HTTP_X_FORWARDED_FOR="1.1.1.1, 10.9.9.9") == 429
    assert log_in(RIGHT, HTTP_X_FORWARDED_FOR="10.9.9.8") == 302


def test_whoever_claims_to_have_no_address_is_counted_by_the_one_they_come_from(
    ada: User, settings: Any
) -> None:
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
    for number in range(5):
        log_in("wrong", HTTP_X_FORWARDED_FOR=f"nowhere {number}")
    assert log_in(RIGHT, HTTP_X_FORWARDED_FOR="nowhere") == 429


@pytest.mark.parametrize("password", ["a", "password123", "1234567890123", "ada-lovelace"])
def test_a_password_that_is_soon_guessed_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, User(username="ada-lovelac"))


def test_a_token_shows_its_last_use(admin_client: Client, admin_user: User) -> None:
    _, secret = AuthToken.objects.create(admin_user)
    assert "never" in admin_client.get("/admin/knox/authtoken/").content.decode()
    response = Client().get("/api/runs", headers={"Authorization": f"Token {secret}"})
    assert response.status_code == 200
    assert abs(TokenUse.objects.get().used_at - now()) < timedelta(seconds=10)
    assert "never" not in admin_client.get("/admin/knox/authtoken/").content.decode()


def test_a_use_is_noted_once_a_minute(admin_user: User) -> None:
    token, _ = AuthToken.objects.create(admin_user)
    TokenUse.note(token)
    first = TokenUse.objects.get().used_at
    TokenUse.note(token)
    assert TokenUse.objects.get().used_at == first
    TokenUse.objects.update(used_at=first - timedelta(minutes=2))
    TokenUse.note(token)
    assert TokenUse.objects.get().used_at >= first


def test_who_was_to_be_sent_elsewhere_comes_to_the_first_page(ada: User) -> None:
    posted = {"username": "ada", "password": RIGHT}
    answer = Client().post("/admin/login/?next=//elsewhere.example/", posted)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")
