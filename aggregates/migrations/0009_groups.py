"""Two groups to put accounts in: `viewer` looks, `operator` starts runs as well."""

from django.apps import apps as all_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

SEEN = {
    "sourcedata": ["turbine"],
    "aggregates": ["signal", "run", "day", "alert"],
    "django_celery_beat": ["periodictask"],
}


def create_groups(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make both groups, or give those of these names what they need."""
    alias = editor.connection.alias
    looking = Q()
    for app, models in SEEN.items():
        # Django makes permissions after the last migration; here they are needed now.
        create_permissions(all_apps.get_app_config(app), verbosity=0, using=alias)
        names = [f"view_{model}" for model in models]
        looking |= Q(content_type__app_label=app, codename__in=names)
    starting = Q(content_type__app_label="aggregates", codename="run_aggregation")
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for name, allowed in {"viewer": looking, "operator": looking | starting}.items():
        group, _ = groups.get_or_create(name=name)
        group.permissions.add(*permissions.filter(allowed))


class Migration(migrations.Migration):
    dependencies = [
        ("aggregates", "0008_changed_at"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(create_groups, migrations.RunPython.noop)]
