"""The triggers of the source: they count every change, and refuse what cannot be counted.

A statement that changes measurements gives each turbine-day that it touches a new revision, whoever
sends it: COPY, psql, Django, with whatever rights, search path and replication role. Triggers fire
once a statement and event, and upsert in the order of the key, so that two statements over the same
turbine-days wait for each other. Who writes to some turbine-days by one statement and to others by
the next, in one transaction, or by one that has two events, may deadlock with somebody who does so
the other way round; PostgreSQL then ends one of the two.

A statement fires the triggers of the table that it names, so each partition has those of `data`.

In a function `@` stands for the schema of the tables: whoever may make functions there, or renames
it, must not have these call or count something else.
"""

from dataclasses import dataclass

# 52 random bits, which do not come twice, whatever clock or backup the server had; 0 stands for no
# revision. JSON's numbers hold it. (`random()` would repeat after `setseed`.)
REVISION = "1 + ('x' || substr(replace(gen_random_uuid()::text, '-', ''), 20))::bit(52)::bigint"

# A statement there sees the database as it was, and no trigger what has come since.
IS_ABOVE_READ_COMMITTED = (
    "current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted')"
)

# UTC by its offset: in a session of another zone the name may mean something else, as in `UTC-3`.
UTC = "interval '0'"

# The rows that came or went: turbine_id, timestamp, and +1 or -1.
CAME = "SELECT turbine_id, timestamp, 1 AS change FROM came"
WENT = "SELECT turbine_id, timestamp, -1 AS change FROM went"
# Where no key changed no count does, whatever came: of a MERGE that inserts as well, PostgreSQL 18
# shows a row that it inserted in place of each that it updated.
UPDATED = (
    f"SELECT turbine_id, timestamp, change * moves AS change FROM ({CAME} UNION ALL {WENT}) AS rows"
)

# Somebody may have renamed a schema, and made another of its name. A partition that was detached,
# or is being detached, keeps its triggers, and its rows are not of `data` any more. A trigger that
# somebody gave `source_day` could keep it as it was; row security of it could hide that it was not
# noted.
REFUSE_ELSEWHERE = """
    above := ARRAY(SELECT pg_partition_ancestors(tg_relid));
    IF NOT coalesce(to_regclass('@.data') = ANY(above), false) THEN
        IF above <@ ARRAY[tg_relid::regclass]
            AND (SELECT relkind FROM pg_class WHERE oid = tg_relid) = 'r'
        THEN
            RETURN NULL;
        END IF;
        RAISE integrity_constraint_violation USING MESSAGE = CASE
            WHEN tg_table_schema <> '@' THEN format(
                '%I is another schema than that whose changes are counted.', tg_table_schema)
            ELSE format('%I is a part of another table than data.', tg_table_name) END,
            HINT = CASE WHEN tg_table_schema <> '@' THEN
                'Give it its name back, or run: manage.py verify_source --repair'
            ELSE format('Drop its trigger %I.', tg_name) END;
    END IF;
    SELECT tgname INTO strange FROM pg_trigger
    WHERE tgrelid = '@.source_day'::regclass AND NOT tgisinternal AND tgenabled <> 'D'
        AND tgtype & 20 <> 0  -- of INSERT or UPDATE
        AND tgfoid IS DISTINCT FROM to_regprocedure('@.refuse_renumbering()')
    LIMIT 1;
    IF strange IS NOT NULL THEN
        RAISE integrity_constraint_violation USING MESSAGE = format(
            'source_day has the trigger %I, which could change what is counted.', strange),
            HINT = format('Write: ALTER TABLE source_day DISABLE TRIGGER %I', strange);
    END IF;
"""
RAISE_REVISIONS = f"""
    WITH changed AS MATERIALIZED (
        SELECT turbine_id, (timestamp AT TIME ZONE {UTC})::date AS day, {REVISION} AS revision,
            sum(change) AS samples
        FROM ({{changes}}) AS changes
        GROUP BY turbine_id, day
    ), noted AS (
        INSERT INTO @.source_day AS stored (turbine_id, day, revision, samples)
        SELECT * FROM changed ORDER BY turbine_id, day
        ON CONFLICT (turbine_id, day) DO UPDATE
        SET revision = excluded.revision, samples = stored.samples + excluded.samples
        RETURNING turbine_id, day, revision
    )
    SELECT count(*) INTO unnoted
    FROM changed LEFT JOIN noted USING (turbine_id, day, revision) WHERE noted.day IS NULL;
    IF unnoted > 0 THEN
        RAISE integrity_constraint_violation USING MESSAGE =
            'source_day did not take the revisions of turbine-days that change.';
    END IF;
    RETURN NULL;
"""

# A MERGE that moves a row to another partition hides it from the transition tables of its UPDATE,
# where an UPDATE shows it. So every change of a key is noted, as a sum of hashes, and must be what
# the transition tables say. (Moves that go round in a circle would come to nothing, but a primary
# key that is checked at once lets none close.) It is noted by the table that has the row, before
# the row goes: what is done to it later, as a row that moves fires triggers of INSERT, is not.
KEY = "hashtextextended(concat(turbine_id, ' ', extract(epoch FROM timestamp)), 0)"
# A snapshot that is older than this statement shows the triggers as they were. Of one that changed
# since, it knows who changed it.
IS_NEWER = """CASE WHEN seen.xmax = '0' THEN false ELSE 'aborted' IS DISTINCT FROM pg_xact_status(
                (pg_current_xact_id()::text::bigint - age(seen.xmax))::text::xid8) END"""
REFUSE_UNNOTED_MOVES = f"""
    WITH RECURSIVE tree (relid) AS (
        SELECT '@.data'::regclass::oid
        UNION ALL SELECT inhrelid FROM tree JOIN pg_inherits ON inhparent = relid
    ), seen AS MATERIALIZED (
        SELECT relid, tgname, tgtype, tgenabled FROM tree LEFT JOIN pg_trigger
        ON tgrelid = relid AND tgtype & 3 = 3 AND NOT tgisinternal  -- BEFORE, FOR EACH ROW
    )
    SELECT (SELECT relid FROM seen GROUP BY relid HAVING
            bool_or(tgname = 'zz_note_moves' AND tgenabled = 'A') IS NOT TRUE LIMIT 1),
        (SELECT tgname FROM seen WHERE tgtype & 16 <> 0  -- of UPDATE
            AND tgenabled <> 'D' AND tgname > 'zz_note_moves' LIMIT 1),
        (SELECT tgname FROM seen WHERE tgtype & 4 <> 0  -- of INSERT
            AND tgenabled <> 'D' LIMIT 1),
        (SELECT tgname FROM seen WHERE tgtype & 8 <> 0  -- of DELETE
            AND tgenabled <> 'D' LIMIT 1)
    INTO blind, late, inserting, deleting;
    IF blind IS NOT NULL THEN
        RAISE integrity_constraint_violation USING MESSAGE = format(
            'zz_note_moves is missing or not ALWAYS on %s: what moves there would not be counted.',
            blind), HINT = 'Run: manage.py verify_source --repair';
    END IF;
    IF late IS NOT NULL THEN
        RAISE integrity_constraint_violation USING MESSAGE =
            'data has a trigger that changes rows after zz_note_moves has seen them.',
            HINT = format('Give %I a name that sorts before zz_note_moves.', late);
    END IF;
    IF {IS_ABOVE_READ_COMMITTED} AND EXISTS (
        SELECT FROM pg_partition_tree('@.data'::regclass) AS newest LEFT JOIN pg_trigger AS seen
        ON tgrelid = newest.relid AND tgname = 'zz_note_moves'
        WHERE tgname IS NULL OR {IS_NEWER}
    ) THEN
        RAISE serialization_failure USING MESSAGE =
            'Partitions or triggers of data changed since this transaction began.',
            HINT = 'Begin it again.';
    END IF;
"""
REFUSE_HIDDEN_MOVES = f"""
    IF current_setting('windproject.moved', true) <> '' THEN
        moves := 1;
        IF inserting IS NOT NULL THEN
            RAISE feature_not_supported USING MESSAGE = format(
                'data has a trigger %I that may change rows which move.', inserting),
                HINT = 'Write DELETE and INSERT instead, or drop it.';
        END IF;
        IF current_setting('windproject.moved')::numeric IS DISTINCT FROM
            (SELECT coalesce(sum({KEY}), 0) FROM went) - (SELECT coalesce(sum({KEY}), 0) FROM came)
        THEN
            IF deleting IS NOT NULL THEN
                RAISE feature_not_supported USING MESSAGE = format(
                    'data has a trigger %I of DELETE that may keep measurements which move.',
                    deleting), HINT = 'Drop it; and write UPDATE, where this is a MERGE.';
            END IF;
            RAISE feature_not_supported USING MESSAGE =
                'MERGE cannot move measurements to another month, or move some while it inserts'
                ' others: it may hide them from triggers.',
                HINT = 'Write UPDATE data SET ... FROM ... instead, in a statement of its own.';
        END IF;
        PERFORM set_config('windproject.moved', '', true);
    END IF;
"""
# A statement within one that moves rows may move them back, so that the sums come to nothing.
REFUSE_NESTED_MOVES = """
    IF current_setting('windproject.moved', true) <> '' THEN
        RAISE feature_not_supported USING MESSAGE =
            'data cannot be updated within a statement that gives measurements other times.',
            HINT = 'Write it after that statement.';
    END IF;
    RETURN NULL;
"""
NOTE_MOVES = """
    PERFORM set_config('windproject.moved', (
        coalesce(nullif(current_setting('windproject.moved', true), ''), '0')::numeric
        + hashtextextended(concat(old.turbine_id, ' ', extract(epoch FROM old.timestamp)), 0)
        - hashtextextended(concat(new.turbine_id, ' ', extract(epoch FROM new.timestamp)), 0)
        )::text, true);
    RETURN new;
"""

# TRUNCATE has no transition tables: the days that lost their rows are those that have none.
RAISE_EMPTIED_REVISIONS = f"""
    UPDATE @.source_day AS stored SET revision = {REVISION}, samples = 0
    WHERE samples <> 0 AND NOT EXISTS (
        SELECT FROM @.data
        WHERE data.turbine_id = stored.turbine_id
        AND timestamp >= stored.day::timestamp AT TIME ZONE {UTC}
        AND timestamp < (stored.day + 1)::timestamp AT TIME ZONE {UTC});
    RETURN NULL;
"""


def _refused_above_read_committed(sentence: str, or_else: str = "") -> str:
    """Return the lines that raise a sentence, whose %s is the isolation, in other transactions."""
    return f"""
    IF {IS_ABOVE_READ_COMMITTED} THEN
        RAISE feature_not_supported USING MESSAGE = format(
            '{sentence}',
            current_setting('transaction_isolation')),
            HINT = 'Write BEGIN ISOLATION LEVEL READ COMMITTED before it{or_else}.';
    END IF;"""


REFUSE_TRUNCATING = (
    _refused_above_read_committed(
        "TRUNCATE in a transaction that is %s overlooks measurements that came meanwhile.",
        ", or DELETE instead",
    )
    + """
    RETURN NULL;
"""
)

# Statistics are kept by the turbine's name, so another name would leave them behind for ever.
REFUSE_RENAMING = (
    """
    IF new.name = old.name COLLATE "C" AND new.id = old.id THEN
        RETURN new;
    END IF;"""
    + _refused_above_read_committed(
        "A turbine cannot be renamed in a transaction that is %s: it may have got measurements"
        " meanwhile."
    )
    + """
    IF EXISTS (SELECT FROM @.source_day WHERE turbine_id = old.id) THEN
        RAISE integrity_constraint_violation USING MESSAGE =
            format('The turbine %L has or had measurements and cannot %s.', old.name,
                CASE WHEN new.id = old.id THEN 'be renamed' ELSE 'get another id' END);
    END IF;
    RETURN new;
"""
)

# The key of data is checked at the end of a transaction: meanwhile another could take the id.
REFUSE_DELETING = (
    _refused_above_read_committed(
        "A turbine cannot be deleted in a transaction that is %s: it may have got measurements"
        " meanwhile."
    )
    + """
    IF EXISTS (SELECT FROM @.source_day WHERE turbine_id = old.id AND samples > 0)
        -- One that came twice is there still.
        AND NOT EXISTS (SELECT FROM @.turbine WHERE id = old.id AND name = old.name COLLATE "C")
    THEN
        RAISE integrity_constraint_violation USING MESSAGE =
            format('The turbine %L has measurements and cannot be deleted.', old.name),
            HINT = 'Delete its measurements from data first, then its days from source_day.';
    END IF;
    RETURN old;
"""
)

# Whoever forgot a turbine-day that has measurements could not tell that they change.
REFUSE_FORGETTING = (
    _refused_above_read_committed(
        "source_day cannot forget turbine-days in a transaction that is %s: it overlooks"
        " measurements."
    )
    + """
    IF EXISTS ({measured}) THEN
        RAISE integrity_constraint_violation USING MESSAGE =
            'source_day cannot forget turbine-days that have measurements.',
            HINT = 'Delete their measurements from data first.';
    END IF;
    RETURN NULL;
"""
)

# Revisions would pass to other turbines or days, and their measurements would not. A foreign key's
# cascade fires it too.
REFUSE_RENUMBERING = """
    RAISE integrity_constraint_violation USING MESSAGE =
        'Turbine-days cannot be given to other turbines or days.',
        HINT = 'Delete their measurements from data, and insert them for the other turbine or day.';
"""
MEASURED = f"""
        SELECT FROM went WHERE EXISTS (
            SELECT FROM @.data
            WHERE data.turbine_id = went.turbine_id
            AND timestamp >= went.day::timestamp AT TIME ZONE {UTC}
            AND timestamp < (went.day + 1)::timestamp AT TIME ZONE {UTC})
"""


def quoted_identifier(name: str) -> str:
    """Return the name as PostgreSQL takes any name."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class Trigger:
    """A trigger and the function of its name; `definition` says what follows the table's name."""

    name: str
    table: str
    event: str
    definition: str
    body: str

    @property
    def is_of_each_row(self) -> bool:
        """Whether it fires for rows: PostgreSQL then gives it to the partitions itself."""
        return "FOR EACH ROW" in self.definition

    def body_in(self, schema: str) -> str:
        """Return the body of the function, for tables in that schema."""
        identifier, literal = quoted_identifier(schema), schema.replace("'", "''")
        body = self.body.replace("'@'", f"'{literal}'")
        body = body.replace("'@.", f"""'{identifier.replace("'", "''")}.""")
        return body.replace("@.", f"{identifier}.")

    def statement(self, table: str, schema: str) -> str:
        """Return what creates it on `table`, as `pg_get_triggerdef` words it.

        `table` has its schema before it, as words of SQL; so has the function, by the name
        `schema`.
        """
        return (
            f"CREATE TRIGGER {self.name} {self.event} ON {table} {self.definition} "
            f"EXECUTE FUNCTION {schema}.{self.name}()"
        )


EACH_STATEMENT = "FOR EACH STATEMENT"
DECLARE = """
DECLARE
    above regclass[];
    strange name;
    unnoted bigint;
    blind regclass;
    late name;
    inserting name;
    deleting name;
    moves int := 0;
BEGIN"""
COUNTING = f"{DECLARE}{REFUSE_ELSEWHERE}"
TRIGGERS = (
    Trigger(
        "raise_revisions_after_insert",
        "data",
        "AFTER INSERT",
        f"REFERENCING NEW TABLE AS came {EACH_STATEMENT}",
        f"{COUNTING}{RAISE_REVISIONS.format(changes=CAME)}END ",
    ),
    Trigger(
        "raise_revisions_after_update",
        "data",
        "AFTER UPDATE",
        f"REFERENCING OLD TABLE AS went NEW TABLE AS came {EACH_STATEMENT}",
        f"{COUNTING}{REFUSE_UNNOTED_MOVES}{REFUSE_HIDDEN_MOVES}"
        f"{RAISE_REVISIONS.format(changes=UPDATED)}END ",
    ),
    Trigger(
        "raise_revisions_after_delete",
        "data",
        "AFTER DELETE",
        f"REFERENCING OLD TABLE AS went {EACH_STATEMENT}",
        f"{COUNTING}{RAISE_REVISIONS.format(changes=WENT)}END ",
    ),
    Trigger(
        "raise_revisions_after_truncate",
        "data",
        "AFTER TRUNCATE",
        EACH_STATEMENT,
        f"{COUNTING}{RAISE_EMPTIED_REVISIONS}END ",
    ),
    Trigger(
        "refuse_truncating",
        "data",
        "BEFORE TRUNCATE",
        EACH_STATEMENT,
        f"\nBEGIN{REFUSE_TRUNCATING}END ",
    ),
    Trigger(
        "refuse_nested_moves",
        "data",
        "BEFORE UPDATE",
        EACH_STATEMENT,
        f"\nBEGIN{REFUSE_NESTED_MOVES}END ",
    ),
    Trigger(
        # The last by name, so that it sees what the triggers of others make of the row.
        "zz_note_moves",
        "data",
        "BEFORE UPDATE",
        "FOR EACH ROW WHEN (old.turbine_id IS DISTINCT FROM new.turbine_id"
        ' OR old."timestamp" IS DISTINCT FROM new."timestamp")',
        f"\nBEGIN{NOTE_MOVES}END ",
    ),
    Trigger(
        # After what the triggers of others make of the name.
        "refuse_renaming",
        "turbine",
        "AFTER UPDATE",
        "FOR EACH ROW",
        f"\nBEGIN{REFUSE_RENAMING}END ",
    ),
    Trigger(
        "refuse_deleting",
        "turbine",
        "AFTER DELETE",
        "FOR EACH ROW",
        f"\nBEGIN{REFUSE_DELETING}END ",
    ),
    Trigger(
        "refuse_forgetting",
        "source_day",
        "AFTER DELETE",
        f"REFERENCING OLD TABLE AS went {EACH_STATEMENT}",
        f"\nBEGIN{REFUSE_FORGETTING.format(measured=MEASURED)}END ",
    ),
    Trigger(
        "refuse_renumbering",
        "source_day",
        "BEFORE UPDATE OF turbine_id, day",
        EACH_STATEMENT,
        f"\nBEGIN{REFUSE_RENUMBERING}END ",
    ),
    Trigger(
        "refuse_truncating",
        "source_day",
        "BEFORE TRUNCATE",
        EACH_STATEMENT,
        f"\nBEGIN{REFUSE_TRUNCATING}END ",
    ),
    Trigger(
        "refuse_forgetting_all",
        "source_day",
        "AFTER TRUNCATE",
        EACH_STATEMENT,
        f"\nBEGIN{REFUSE_FORGETTING.format(measured='SELECT FROM @.data')}END ",
    ),
)
