"""`manage.py audit`, and what it finds."""

from datetime import date, timedelta
from io import StringIO
from math import inf, nan

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.models.functions import Now

from aggregates import states
from aggregates.audit import auditing, nightly
from aggregates.audit import expected as expected_module
from aggregates.audit.expected import expected_values
from aggregates.models import AggregatedDay, Alert, Run, Signal, Value
from common.days import now
from sourcedata.models import Measurement
from tests.builders import aggregated, at, measurements, turbine, values

pytestmark = pytest.mark.django_db

DAY = date(2025, 8, 31)
AROUND_NORTH = [350.0, 352, 355, 358, 0, 2, 5, 8, 10, 12]


def a_day(name: str = "T01", start: str = "2025-08-31T00:00") -> None:
    """Measurements of which some are missing, impossible, opposite, or alone in their window."""
    measurements(
        turbine(name, rated_power_kw=2000),
        start,
        power=[1.0, None, nan, inf, 4000.1, -200, 7, 8, 9, 10, 1e-9, 3999.9],
        wind_direction=[*AROUND_NORTH, 90, 270],
        nacelle_direction=[0, 360, 720.1, -0.1, 180, 1, 2, 3, 4, 5, 360, None],
    )


def run_audit(*arguments: str) -> str:
    output = StringIO()
    call_command("audit", "--from", "2025-08-30", "--to", "2025-08-31", *arguments, stdout=output)
    return output.getvalue()


def expected(name: str) -> list[float]:
    table = expected_values(DAY, ["T01"])
    of_signal = table[table["variable"] + "_" + table["statistic"] == name]
    return of_signal.sort_values("timestamp")["value"].round(3).tolist()


def test_the_audit_computes_what_can_be_computed_by_hand() -> None:
    a_day()
    assert expected("power_count") == [6, 2]
    assert expected("power_min") == [-200, 0]
    assert expected("power_mean") == [-27.5, 1999.95]
    # The variance of 1, -200, 7, 8, 9 and 10 is 7151.5.
    assert expected("power_std") == [84.567, 2828.356]


def test_the_audit_averages_directions_as_vectors() -> None:
    a_day()
    assert expected("wind_direction_mean") == [1.201]
    assert expected("wind_direction_std") == [7.186]
    assert [round(x % 360, 3) for x in expected("wind_direction_min")] == [350.0]
    assert expected("wind_direction_max") == [12.0]
    assert expected("wind_direction_count") == [10, 2]


def test_what_was_aggregated_does_not_differ() -> None:
    a_day("T01")
    a_day("T02", start="2025-08-31T23:55")
    aggregated(DAY)
    audit = auditing.audit_day(DAY)
    assert audit.audited == ["T01", "T02"]
    assert audit.values == Value.objects.filter(timestamp__lt=at("2025-09-01")).count() > 30
    assert audit.differences.empty


def change(**fields: float) -> None:
    of_signal = Value.objects.filter(signal__name="power_mean")
    of_signal.filter(timestamp=at("2025-08-31T00:10")).update(**fields)


def delete_one() -> None:
    Value.objects.filter(signal__name="wind_direction_std").delete()


def add_one() -> None:
    signal = Signal.objects.get(name="power_max")
    Value.objects.create(signal=signal, timestamp=at("2025-08-31T12:00"), value=1.0)


@pytest.mark.parametrize(
    "damage", [lambda: change(value=1999.951), lambda: change(value=1e300), delete_one, add_one]
)
def test_damage_to_the_target_is_found_and_repaired(damage) -> None:
    a_day()
    aggregated(DAY)
    before = list(Value.objects.order_by("pk").values_list())
    damage()
    with pytest.raises(CommandError, match="1 of 2 days differ from their measurements"):
        run_audit()
    with pytest.raises(CommandError):
        run_audit("--repair")
    assert aggregated(DAY).inserted <= 1
    assert run_audit().endswith(f"1 turbine-days audited, {len(before)} values: 0 differ.\n")
    assert list(Value.objects.order_by("pk").values_list()) == before


def test_the_differences_are_a_table(capsys) -> None:
    a_day()
    aggregated(DAY)
    change(value=7.0)
    with pytest.raises(CommandError):
        call_command("audit", "--from", "2025-08-31", "--to", "2025-08-31")
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("T01"))
    assert line.split() == ["T01", "2025-08-31", "00:10", "power", "mean", "1999.95", "7"]


def test_a_repair_is_asked_for_in_the_name_of_the_audit() -> None:
    a_day("T01")
    a_day("T02")
    aggregated(DAY)
    change(value=7.0)
    Value.objects.filter(signal__turbine="T02").update(value=1.0)
    with pytest.raises(CommandError):
        run_audit("--repair", "--turbine", "T02")
    run = Run.objects.get(status="queued")
    assert (run.turbines, run.requested_by, run.force) == (["T02"], "audit", False)


def test_a_repair_keeps_statistics_whose_samples_are_gone() -> None:
    a_day()
    aggregated(DAY)
    change(value=7.0)
    auditing.make_damaged_stale(auditing.audit_day(DAY))
    Measurement.objects.all().delete()
    assert "The source lost samples" in aggregated(DAY).error
    assert len(values("power_mean")) == 2


def test_what_is_not_current_is_left_out_and_said_with_why_and_what_to_type() -> None:
    a_day("T01")
    a_day("T02")
    aggregated(DAY)
    Measurement.objects.filter(turbine__name="T02").update(power=5.0)
    a_day("T03", start="2025-08-30T00:00")
    said = run_audit()
    assert "Left out of 2 days: 2 turbine-days (1 stale, 1 missing)." in said
    assert said.endswith("Type: manage.py aggregate --from 2025-08-30 --to 2025-08-31\n")


def test_what_changes_while_it_is_audited_is_left_out(monkeypatch) -> None:
    def change_meanwhile(day, turbines):
        table = expected_values(day, turbines)
        Measurement.objects.update(power=5.0)
        return table

    a_day()
    aggregated(DAY)
    change(value=7.0)
    monkeypatch.setattr(auditing, "expected_values", change_meanwhile)
    audit = auditing.audit_day(DAY)
    assert (audit.audited, audit.not_current) == ([], {"T01": "stale"})
    assert audit.differences.empty


def test_a_day_that_the_source_dropped_is_not_audited() -> None:
    a_day()
    aggregated(DAY)
    with connections["source"].cursor() as cursor:
        cursor.execute("DELETE FROM data; DELETE FROM source_day")
    assert states.day_and_turbines(DAY, now())[0].state == "archived"
    assert "0 turbine-days audited" in run_audit()


def test_days_are_audited_in_turn() -> None:
    for day in (29, 30, 31):
        a_day(start=f"2025-08-{day}T00:00")
        aggregated(date(2025, 8, day))
    assert [day.day for day in auditing.longest_unaudited(2)] == [31, 30]
    auditing.audit_day(date(2025, 8, 31))
    auditing.audit_day(date(2025, 8, 29))
    assert [day.day for day in auditing.longest_unaudited(9)] == [30, 31, 29]
    assert AggregatedDay.objects.filter(audited_at=None).count() == 1


def test_a_day_that_was_audited_while_the_clock_was_ahead_comes_first() -> None:
    for day in (30, 31):
        a_day(start=f"2025-08-{day}T00:00")
        aggregated(date(2025, 8, day))
        auditing.audit_day(date(2025, 8, day))
    AggregatedDay.objects.filter(day=DAY).update(audited_at=Now() + timedelta(days=400))
    assert [day.day for day in auditing.longest_unaudited(9)] == [31, 30]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--turbine", "T99"], "--turbine: unknown: 'T99'; allowed: T01."),
        (["--to", "2025-08-29"], "--to 2025-08-29 lies before --from 2025-08-30"),
    ],
)
def test_bad_arguments_get_a_sentence(arguments: list[str], sentence: str) -> None:
    a_day()
    with pytest.raises(CommandError, match=sentence):
        run_audit(*arguments)


def test_numbers_too_large_or_small_to_be_squared_are_audited_but_for_mean_and_std() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1e308, 1e308, 1.0, -1e-170])
    aggregated(DAY)
    assert auditing.audit_day(DAY).differences.empty
    Value.objects.filter(signal__statistic="max").update(value=7)
    assert len(auditing.audit_day(DAY).differences) == 1


def refuse_t01(monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = "(1 / (turbine <> 'T01')::int)::float8 AS count"
    statistics = expected_module.STATISTICS.replace("count(*)::float8 AS count", refusing, 1)
    monkeypatch.setattr(expected_module, "STATISTICS", statistics)


def test_a_turbine_that_cannot_be_audited_keeps_no_other_back(monkeypatch) -> None:
    for name in ("T01", "T02"):
        measurements(turbine(name), "2025-08-31T00:00", power=[1.0])
    aggregated(DAY)
    Value.objects.filter(signal__turbine="T02").update(value=7)
    refuse_t01(monkeypatch)
    with pytest.raises(CommandError, match="The first is 2025-08-31 of T01: division by zero"):
        run_audit()
    nightly.audit_in_turn()
    messages = Alert.objects.order_by("id").values_list("message", flat=True)
    assert [message.split(":")[0].split(";")[0] for message in messages] == [
        "T01 could not be audited",
        "the audit found 4 values of T02 that differ from what the measurements say",
    ]


def test_a_turbine_that_takes_too_long_to_audit_keeps_no_other_back(monkeypatch) -> None:
    for name in ("T01", "T02", "T03"):
        measurements(turbine(name), "2025-08-31T00:00", power=[1.0])
    aggregated(DAY)
    slowly = "count(*) + CASE turbine WHEN 'T01' THEN length(pg_sleep(600)::text) ELSE 0 END"
    statistics = expected_module.STATISTICS.replace("count(*)::float8", f"({slowly})::float8", 1)
    monkeypatch.setattr(expected_module, "STATISTICS", statistics)
    with connections["source"].cursor() as cursor:
        cursor.execute("SET statement_timeout = '3s'")
        audit = auditing.audit_day(DAY)
        cursor.execute("SET statement_timeout TO DEFAULT")
    assert audit.audited == ["T02", "T03"]
    assert audit.failed == {"T01": "canceling statement due to statement timeout"}
    assert audit.differences.empty


def test_the_night_tells_of_a_day_that_cannot_be_audited(monkeypatch) -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    aggregated(DAY)
    monkeypatch.setattr(expected_module, "STATISTICS", "SELECT FROM nowhere")
    nightly.audit_in_turn()
    assert "2025-08-31 cannot be audited: relation" in Alert.objects.get().message


def test_a_day_that_the_planner_knows_nothing_of_is_audited_without_comparing_all_with_all() -> (
    None
):
    plans = []

    def explain(execute, sql, parameters, many, context):
        if "deviation" in sql:
            execute(f"EXPLAIN {sql}", parameters, many, context)
            plans.append("\n".join(line for (line,) in context["cursor"].fetchall()))
        return execute(sql, parameters, many, context)

    with connections["source"].cursor() as cursor:
        cursor.execute("ANALYZE data")
    a_day()
    with connections["source"].execute_wrapper(explain):
        expected_values(DAY, ["T01"])
    assert "Join Filter" not in plans[0]


def test_where_the_source_is_another_deployment_the_audit_says_what_it_lacks(settings) -> None:
    settings.SOURCE_API_URL = "http://localhost:1"
    with pytest.raises(CommandError, match="recomputes in the source database"):
        run_audit()


def test_a_constant_power_in_watts_is_no_damage() -> None:
    watts: dict[str, list[float | None]] = {"T01": [14999999.7] * 10}
    watts["T02"] = [1e7 + 0.3, -1e7] * 5
    for name, power in watts.items():
        measurements(turbine(name, rated_power_kw=1e9), "2025-08-31T00:00", power=power)
    aggregated(DAY)
    assert auditing.audit_day(DAY).differences.empty


def test_directions_that_nearly_cancel_are_no_damage() -> None:
    for number, turn in enumerate([1e-6, 1e-7, 3e-8, 1e-5]):
        measurements(
            turbine(),
            f"2025-08-31T{number:02}:00",
            wind_direction=[0.1, 180.1 + turn, 77, 257 - turn],
        )
    aggregated(DAY)
    assert auditing.audit_day(DAY).differences.empty
