"""What is asked of PostgreSQL where measurements are merged with those that are known.

The session's own tables are named with their schema: somebody may have tables of these names.
"""

from collections.abc import Mapping, Sequence

# The bounds keep these, and their locks, away from the partitions of other months.
SPANS = """unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[])
    AS span (turbine_id, first, last)"""
ANY_KNOWN = f"""
SELECT EXISTS (
    SELECT FROM {SPANS}
    JOIN data ON data.turbine_id = span.turbine_id AND data.timestamp BETWEEN first AND last
)
"""
CREATE = """
CREATE TEMPORARY TABLE imported ON COMMIT DROP AS
    SELECT 0::bigint AS row, {columns} FROM data WITH NO DATA
"""
TWICE = """
CREATE TEMPORARY TABLE twice ON COMMIT DROP AS
    SELECT turbine_id, timestamp FROM pg_temp.imported
    GROUP BY turbine_id, timestamp HAVING count(*) > 1
"""
# Cell by cell: of several values the last one, whatever empty cells come after it.
JOINED = """
CREATE TEMPORARY TABLE joined ON COMMIT DROP AS
    SELECT turbine_id, timestamp, count(*) AS rows, {disagree} AS disagrees, {last}
    FROM pg_temp.imported JOIN pg_temp.twice USING (turbine_id, timestamp)
    GROUP BY turbine_id, timestamp
"""
WITHOUT_TWICE = """
DELETE FROM pg_temp.imported USING pg_temp.twice
WHERE imported.turbine_id = twice.turbine_id AND imported.timestamp = twice.timestamp
"""
WITH_JOINED = (
    "INSERT INTO pg_temp.imported (row, {columns}) SELECT 0, {columns} FROM pg_temp.joined"
)
COUNT_JOINED = """
SELECT coalesce(sum(rows - 1), 0)::bigint, count(*) FILTER (WHERE disagrees) FROM pg_temp.joined
"""
COUNT_KNOWN = """
SELECT count(*), count(*) FILTER (WHERE data.turbine_id IS NOT NULL)
FROM pg_temp.imported LEFT JOIN data
    ON data.turbine_id = imported.turbine_id AND data.timestamp = imported.timestamp
    AND data.timestamp BETWEEN %s AND %s
"""
COUNT_EMPTIED = """
SELECT {counts}
FROM pg_temp.imported JOIN data AS known
    ON known.turbine_id = imported.turbine_id AND known.timestamp = imported.timestamp
    AND known.timestamp BETWEEN %s AND %s
"""
# Rows keep the transaction that wrote them: the age of a later one is less.
TRANSACTION = "SELECT pg_current_xact_id()::xid::text"
COUNT_OVERWRITTEN = """
SELECT count(*) FROM pg_temp.imported JOIN data AS known
    ON known.turbine_id = imported.turbine_id AND known.timestamp = imported.timestamp
    AND known.timestamp BETWEEN %s AND %s
WHERE age(known.xmin) <= age(%s::xid) AND ({changes})
"""
DELETE = f"""
WITH deleted AS (
    DELETE FROM data USING {SPANS}
    WHERE data.turbine_id = span.turbine_id AND data.timestamp BETWEEN first AND last
        AND NOT EXISTS (
            SELECT FROM pg_temp.imported
            WHERE imported.turbine_id = data.turbine_id AND imported.timestamp = data.timestamp
        )
    RETURNING age(data.xmin) <= age(%s::xid) AS is_overwritten
)
SELECT count(*), count(*) FILTER (WHERE is_overwritten) FROM deleted
"""
# One statement, in the order of the key: whoever else writes these rows waits, and no deadlock.
UPSERT = """
INSERT INTO data AS known ({columns}) SELECT {columns} FROM pg_temp.imported
ORDER BY turbine_id, timestamp
ON CONFLICT (turbine_id, timestamp) DO UPDATE SET {assignments}
WHERE ({known}) IS DISTINCT FROM ({wanted})
"""
DROP = "DROP TABLE pg_temp.imported, pg_temp.twice, pg_temp.joined"


def create(columns: Sequence[str]) -> str:
    """Return what makes the table of what is imported."""
    return CREATE.format(columns=", ".join(columns))


def joined(variables: Sequence[str]) -> str:
    """Return what joins the rows of one turbine and time."""
    disagree = " OR ".join(f"count(DISTINCT {name}) > 1" for name in variables)
    last = ", ".join(
        f"(array_agg({name} ORDER BY row DESC) FILTER (WHERE {name} IS NOT NULL))[1] AS {name}"
        for name in variables
    )
    return JOINED.format(disagree=disagree, last=last)


def with_joined(columns: Sequence[str]) -> str:
    """Return what puts the joined rows in the place of those that they came of."""
    return WITH_JOINED.format(columns=", ".join(columns))


def count_emptied(variables: Sequence[str], means: Mapping[str, str]) -> str:
    """Return what counts the companions that `upsert` empties."""
    counts = " + ".join(
        f"count(*) FILTER (WHERE imported.{mean} <> known.{mean} AND known.{column} IS NOT NULL"
        f"{f' AND imported.{column} IS NULL' if column in variables else ''})"
        for column, mean in means.items()
    )
    return COUNT_EMPTIED.format(counts=counts)


def count_overwritten(variables: Sequence[str], replaces: bool) -> str:
    """Return what counts the rows since a transaction of which `upsert` changes a value."""
    changes = [f"known.{name} <> imported.{name}" for name in variables]
    if replaces:
        changes += [f"known.{name} IS NOT NULL AND imported.{name} IS NULL" for name in variables]
    return COUNT_OVERWRITTEN.format(changes=" OR ".join(changes))


def upsert(
    columns: Sequence[str], variables: Sequence[str], means: Mapping[str, str], replaces: bool
) -> str:
    """Return what writes rows; an empty cell keeps a value that is known, unless it replaces it.

    `means` has the columns of companions, and those of their means. One that does not come with a
    mean that changes is emptied: it tells of the readings of another.
    """
    kept = {name: f"known.{name}" for name in variables} | {
        column: f"CASE WHEN excluded.{mean} <> known.{mean} THEN NULL ELSE known.{column} END"
        for column, mean in means.items()
    }
    wanted = {name: f"coalesce(excluded.{name}, {value})" for name, value in kept.items()}
    if replaces:
        wanted |= {name: f"excluded.{name}" for name in variables}
    return UPSERT.format(
        columns=", ".join(columns),
        assignments=", ".join(f"{name} = {value}" for name, value in wanted.items()),
        known=", ".join(f"known.{name}" for name in wanted),
        wanted=", ".join(wanted.values()),
    )
