"""Triggers that raise the revision of every turbine-day whose measurements a statement changes.

They count whoever writes: COPY, psql, Django, with whatever rights and search path. They fire once
a statement and event, and upsert in the order of the key, so that two writers over the same days
wait for each other. Only a statement of two events, an upsert that updates a row of one day and
inserts one of another, may deadlock with its mirror image; PostgreSQL then ends one of the two.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from common.postgres.partitions import create_default_partition, rights_of_triggers

# A revision is never behind the clock, so that a source restored from a backup cannot come back
# to a number that once stood for other data.
CLOCK = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

# `changes` has the rows that came or went: turbine_id, timestamp, and +1 or -1.
RAISE_REVISIONS = f"""
CREATE OR REPLACE FUNCTION {{name}}() RETURNS trigger LANGUAGE plpgsql {{rights}} AS $$
BEGIN
    INSERT INTO source_day AS known (turbine_id, day, revision, samples)
    SELECT turbine_id, (timestamp AT TIME ZONE 'UTC')::date AS day, {CLOCK}, sum(change)
    FROM ({{changes}}) AS changes
    GROUP BY turbine_id, day
    ORDER BY turbine_id, day
    ON CONFLICT (turbine_id, day) DO UPDATE
    SET revision = greatest(known.revision + 1, excluded.revision),
        samples = known.samples + excluded.samples;
    RETURN NULL;
END $$
"""
CAME = "SELECT turbine_id, timestamp, 1 AS change FROM came"
WENT = "SELECT turbine_id, timestamp, -1 AS change FROM went"

# TRUNCATE has no transition tables: the days that lost their rows are those that have none.
RAISE_EMPTIED_REVISIONS = f"""
CREATE OR REPLACE FUNCTION raise_revisions_after_truncate() RETURNS trigger LANGUAGE plpgsql
{{rights}} AS $$
BEGIN
    UPDATE source_day AS known
    SET revision = greatest(known.revision + 1, {CLOCK}), samples = 0
    WHERE samples > 0 AND NOT EXISTS (
        SELECT FROM data
        WHERE data.turbine_id = known.turbine_id
        AND timestamp >= known.day::timestamp AT TIME ZONE 'UTC'
        AND timestamp < (known.day + 1)::timestamp AT TIME ZONE 'UTC');
    RETURN NULL;
END $$
"""

# Statistics are kept by the turbine's name, so another name would leave them behind for ever.
REFUSE_RENAMING = """
CREATE OR REPLACE FUNCTION refuse_renaming() RETURNS trigger LANGUAGE plpgsql {rights} AS $$
BEGIN
    IF new.name <> old.name AND EXISTS (SELECT FROM source_day WHERE turbine_id = old.id) THEN
        RAISE integrity_constraint_violation USING MESSAGE =
            format('The turbine %L has measurements and cannot be renamed.', old.name);
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER refuse_renaming BEFORE UPDATE OF name ON turbine
FOR EACH ROW EXECUTE FUNCTION refuse_renaming()
"""

TRIGGER = """
CREATE TRIGGER raise_revisions_after_{event} AFTER {event} ON data {transition_tables}
FOR EACH STATEMENT EXECUTE FUNCTION raise_revisions_after_{event}()
"""
EVENTS = {
    "insert": ("REFERENCING NEW TABLE AS came", CAME),
    "update": ("REFERENCING NEW TABLE AS came OLD TABLE AS went", f"{CAME} UNION ALL {WENT}"),
    "delete": ("REFERENCING OLD TABLE AS went", WENT),
}


def create_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.alias != "source":
        return
    with schema_editor.connection.cursor() as cursor:
        rights = rights_of_triggers(cursor)
    schema_editor.execute(RAISE_EMPTIED_REVISIONS.format(rights=rights))
    schema_editor.execute(REFUSE_RENAMING.format(rights=rights), params=None)
    schema_editor.execute(TRIGGER.format(event="truncate", transition_tables=""))
    for event, (transition_tables, changes) in EVENTS.items():
        name = f"raise_revisions_after_{event}"
        schema_editor.execute(RAISE_REVISIONS.format(name=name, changes=changes, rights=rights))
        schema_editor.execute(TRIGGER.format(event=event, transition_tables=transition_tables))
    with schema_editor.connection.cursor() as cursor:
        create_default_partition(cursor, "data")


class Migration(migrations.Migration):
    dependencies = [("sourcedata", "0001_initial")]

    operations = [migrations.RunPython(create_triggers, migrations.RunPython.noop)]
