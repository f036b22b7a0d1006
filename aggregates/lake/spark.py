"""The same computation on Spark: from the lake's measurements to its statistics.

A Spark Connect server reads the measurements, and its workers run the very `transform` that the
workers of this project run.
"""

import re
import warnings
from collections.abc import Callable, Sequence
from datetime import date
from importlib import import_module
from threading import Thread
from typing import Any, TypeVar

import pyarrow as pa
from deltalake import DeltaTable

from aggregates.lake import delta
from aggregates.lake.failures import LakeUnavailable, address
from aggregates.lake.tables import DAY, MEASUREMENTS, STATISTICS, TURBINE, UTC_TIME
from aggregates.lake.wide import computing
from aggregates.lake.work import OF_THE_WRITER, Work
from common.refusals import Refusal
from common.wording import first_line, quoted
from sourcedata.variables import VARIABLES

# More turbines of a day in one group are computed no faster.
TURBINES_PER_GROUP = 100
# A server that fell may leave its client waiting for ever.
CONNECTED_WITHIN_S, ANSWERED_WITHIN_S = 60, 900
# The client waits 50 ms before it tries again, then four times as long, and so on.
RETRIES = 3
# What is sent to Spark's workers, which have none of it.
SENT = ("aggregates", "common", "sourcedata")
SPARK_TYPES = {
    pa.date32(): "date",
    pa.string(): "string",
    UTC_TIME: "timestamp",
    pa.float64(): "double",
    pa.int64(): "bigint",
}
# Where there is no server, what is said has many lines, and this one of use.
OF_TRANSPORT = re.compile(r'details = "([^"]+)')
# The last line of a traceback.
OF_PYTHON = re.compile(r"(\w+\.)*\w+(Error|Exception): ")

Answer = TypeVar("Answer")


class SparkFailed(Refusal):
    """Spark does not do its part, for a reason that its sentence tells an operator."""


class Spark:
    """A session at a Spark Connect server.

    Raises:
        SparkFailed: where the server does not answer.
    """

    def __init__(self, server: str) -> None:
        self.server = server
        # No frame of pandas passes to the client, and what fails is told in a sentence.
        warnings.filterwarnings("ignore", module="pyspark")
        try:
            from pyspark import cloudpickle
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise SparkFailed(
                "This takes pyspark-client: .venv/bin/python -m pip install 'pyspark-client>=4.0'"
            ) from error
        # Its cloudpickle has no types.
        for package in SENT:
            cloudpickle.register_pickle_by_value(import_module(package))  # type: ignore[no-untyped-call]
        self.session = self._ask(
            lambda: _patient(SparkSession.builder.remote(server).create()),
            CONNECTED_WITHIN_S,
        )

    def close(self) -> None:
        """End the session, without which the program may wait for ever when it ends."""
        self._ask(self.session.stop, CONNECTED_WITHIN_S)

    def compute(self, work: Work) -> pa.Table:
        """Return the statistics of the turbine-days, but for their rules and when they changed.

        Raises:
            SparkFailed: where the server, or what it was sent, does not do its part.
            LakeUnavailable: where the lake does not do its part.
        """
        measurements = delta.open_table(MEASUREMENTS)
        groups = 1 + max(map(len, work.turbines.values())) // TURBINES_PER_GROUP
        return self._ask(
            lambda: (
                self._read(measurements, [*work.turbines])
                .selectExpr("*", f"pmod(hash({TURBINE}), {groups}) AS turbine_group")
                .groupBy(DAY, "turbine_group")
                .applyInArrow(computing(work.turbines, work.nameplates, VARIABLES), _result_type())
                .toArrow()
            ),
            ANSWERED_WITHIN_S,
        )

    def _read(self, measurements: DeltaTable, days: Sequence[date]) -> Any:
        """Return the measurements of the days, as Spark reads them: files, where it has no Delta.

        Raises:
            LakeUnavailable: where files alone do not tell which rows there are.
        """
        if self._reads_delta():
            listed_days = ", ".join(f"DATE'{day}'" for day in days)
            rows = self.session.read.format("delta").load(address(MEASUREMENTS))
            return rows.where(f"{DAY} IN ({listed_days})")
        if pa.table(measurements.deletion_vectors()).num_rows:
            raise LakeUnavailable(
                "The lake's measurements have deletion vectors, which a Spark without Delta's jars"
                " does not read."
            )
        files = measurements.file_uris(
            file_pruning_predicate=[(DAY, "in", [str(day) for day in days])]
        )
        return self.session.read.option("basePath", address(MEASUREMENTS)).parquet(*files)

    def _reads_delta(self) -> bool:
        from pyspark.errors import PySparkException

        try:
            # The server is asked when the columns are, and not before.
            return bool(self.session.read.format("delta").load(address(MEASUREMENTS)).columns)
        except PySparkException as error:
            if "DATA_SOURCE_NOT_FOUND" in str(error):
                return False
            raise

    def _ask(self, question: Callable[[], Answer], within_s: int) -> Answer:
        """Return the answer, or raise SparkFailed where there is none in time."""
        answers: list[Answer] = []
        errors: list[BaseException] = []

        def ask() -> None:
            try:
                answers.append(question())
            except BaseException as error:
                errors.append(error)

        # The program need not wait for it when it ends.
        thread = Thread(target=ask, daemon=True)
        thread.start()
        thread.join(within_s)
        if answers:
            return answers[0]
        if errors and isinstance(errors[0], LakeUnavailable):
            raise errors[0]
        cause = errors[0] if errors else None
        reason = _reason(cause) if cause else f"no answer within {within_s} seconds"
        raise SparkFailed(f"Spark at {quoted(self.server)} fails: {reason}.") from cause


def _reason(error: BaseException) -> str:
    """Return what went wrong: of an exception in Spark's own Python, which line says so."""
    if details := OF_TRANSPORT.search(str(error)):
        return details[1]
    said = [line for line in str(error).splitlines() if OF_PYTHON.match(line)]
    return said[-1] if said else first_line(error)


def _patient(session: Any) -> Any:
    """Let the session give up soon: else it tries for ten minutes, also when the program ends."""
    from pyspark.sql.connect.client.retries import DefaultPolicy

    session.client.set_retry_policies([DefaultPolicy(max_retries=RETRIES)])
    session.conf.set("spark.sql.session.timeZone", "UTC")
    return session


def _result_type() -> str:
    fields = [field for field in STATISTICS.schema if field.name not in OF_THE_WRITER]
    return ", ".join(f"{field.name} {SPARK_TYPES[field.type]}" for field in fields)
