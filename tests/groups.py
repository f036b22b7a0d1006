"""The groups of accounts that the migrations made, and members of them."""

from importlib import import_module

from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client

MIGRATIONS = {"0009_groups": "create_groups", "0020_silences": "allow", "0022_assessments": "allow"}


def make_groups() -> None:
    """Make the groups once more: the clean-up of tests that commit removes them."""
    with connection.schema_editor() as editor:
        for migration, function in MIGRATIONS.items():
            getattr(import_module(f"aggregates.migrations.{migration}"), function)(apps, editor)


def member(group: str) -> Client:
    """Return a client with the session of a new member of the group."""
    make_groups()
    user = User.objects.create_user(f"a {group}", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client
