"""The database that holds the tables of each app."""

from typing import Any

from django.db import models

from common.databases import SOURCE, TARGET

# Everything that is not named here, Django's own tables included, lives in the target.
ALIAS_OF_APP = {"sourcedata": SOURCE, "aggregates": TARGET}


def alias_of(app_label: str) -> str:
    """Return the alias of the database that holds the tables of `app_label`."""
    return ALIAS_OF_APP.get(app_label, TARGET)


class AppRouter:
    """Keeps each app's tables in the one database that `ALIAS_OF_APP` names."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        return alias_of(model._meta.app_label)

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        return alias_of(model._meta.app_label)

    def allow_relation(self, model: models.Model, other: models.Model, **hints: Any) -> bool:
        """Return whether both are in one database: no relation crosses the two."""
        return alias_of(model._meta.app_label) == alias_of(other._meta.app_label)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Return yes or no for every app: None would put its tables in both databases."""
        return db == alias_of(app_label)
