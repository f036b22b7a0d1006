"""Why a value is what it is."""

from datetime import date
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from aggregates.models import Signal, Value
from aggregates.pages.explanation import Explanation, at_the_same_time, explain, window_of
from aggregates.pages.picture import HEIGHT, WIDTH, picture
from sourcedata.models import Measurement, SourceDay, Turbine
from tests.builders import aggregated, at, measurements, turbine

pytestmark = pytest.mark.django_db

DAY = date(2025, 8, 31)
START = "2025-08-31T00:10"
OF_VANE, OF_BLADES = "wind_direction_mean", "pitch_angle_mean"


def a_window(**fields: Any) -> None:
    """Four samples from 00:10 on: one of them is missing and two are impossible."""
    speeds = [7.0, None, 51.0, float("inf"), 9.0]
    measurements(turbine(**fields), START, wind_speed=speeds)
    aggregated(DAY)


def explained(name: str = "wind_speed_mean", start: str = START) -> Explanation:
    return explain(Signal.objects.get(name=name), at(start))


def test_each_sample_tells_what_became_of_it() -> None:
    a_window()
    assert [(sample.value, sample.verdict) for sample in explained().samples[:5]] == [
        (7.0, "used"),
        (None, "missing: its row has no value"),
        (51.0, "rejected: above 50 m/s"),
        (float("inf"), "rejected: it is infinite"),
        (9.0, "used"),
    ]


def test_samples_that_never_came_are_missing_too() -> None:
    a_window()
    absent = [sample for sample in explained().samples if "no row" in sample.verdict]
    assert [sample.timestamp.minute for sample in absent] == [15, 16, 17, 18, 19]
    assert explained().tally == "2 used, 2 rejected, 6 missing"


def test_the_formula_comes_to_what_is_stored() -> None:
    a_window()
    explanation = explained()
    assert explanation.value == explanation.formula.value == 8
    assert explanation.formula.text == "(7 + 9) / 2"
    assert explanation.agrees
    assert explanation.expected == 10


def test_power_is_judged_by_the_rated_power() -> None:
    measurements(turbine(rated_power_kw=1000), START, power=[-101.0, 100.0])
    aggregated(DAY)
    assert explained("power_mean").samples[0].verdict == "rejected: below -100 kW"


def test_an_angle_beyond_its_turn_tells_as_what_it_is_used() -> None:
    measurements(
        turbine(),
        START,
        wind_direction=[-10.0, 361.0, 5.0, -361.0],
        pitch_angle=[181.0, -180.0, 5.0, 721.0],
    )
    aggregated(DAY)
    verdicts = {
        name: [s.verdict for s in explained(name).samples[:4]] for name in (OF_VANE, OF_BLADES)
    }
    assert verdicts == {
        OF_VANE: ["used: as 350 deg", "used: as 1 deg", "used", "rejected: below -360 deg"],
        OF_BLADES: ["used: as -179 deg", "used", "used", "rejected: above 720 deg"],
    }


@pytest.mark.parametrize("statistic", ["mean", "min", "max", "std", "count"])
@pytest.mark.parametrize("name", ["wind_direction", "pitch_angle"])
def test_the_formula_of_angles_beyond_their_turn_comes_to_what_is_stored(
    name: str, statistic: str
) -> None:
    angles: list[float | None] = [-10.0, 370.0, 181.5, -180.5, 720.0, 5.0, 7.5]
    measurements(turbine(), START, wind_direction=angles, pitch_angle=angles)
    aggregated(DAY)
    explanation = explained(f"{name}_{statistic}")
    assert explanation.value is not None
    assert explanation.agrees


@pytest.mark.parametrize(("statistic", "agrees"), [("mean", True), ("std", False)])
def test_directions_agree_across_north(statistic: str, agrees: bool) -> None:
    measurements(turbine(), START, wind_direction=[0.0, 0.0])
    aggregated(DAY)
    Value.objects.filter(signal__name=f"wind_direction_{statistic}").update(value=359.9999999)
    assert explained(f"wind_direction_{statistic}").agrees == agrees


def test_the_picture_shows_an_angle_where_it_is_used() -> None:
    measurements(turbine(), START, wind_direction=[-10.0, 340.0, 345.0])
    aggregated(DAY)
    drawn = picture(explained(OF_VANE), "mean")
    assert drawn
    assert (drawn.least, drawn.greatest) == (340, 350)
    assert drawn.points[0].y < (drawn.level or 0) < drawn.points[1].y


def test_a_value_of_samples_that_have_changed_since_does_not_agree() -> None:
    a_window()
    Measurement.objects.filter(wind_speed=9.0).update(wind_speed=10.0)
    explanation = explained()
    assert (explanation.agrees, explanation.state) == (False, "stale")


def test_it_names_the_run_and_the_revision() -> None:
    a_window()
    explanation = explained()
    assert explanation.aggregated
    assert explanation.version
    assert explanation.aggregated.revision == explanation.version.revision
    assert explanation.aggregated.run.status == "succeeded"


def test_a_window_without_samples_has_none_and_no_value() -> None:
    a_window()
    explanation = explained(start="2025-08-31T12:00")
    assert (explanation.value, explanation.formula.value, explanation.agrees) == (None, None, True)
    assert explanation.tally == "0 used, 0 rejected, 10 missing"


def test_a_window_of_a_time_is_the_one_it_lies_in() -> None:
    assert window_of(at("2025-08-31T00:19:59")) == at(START)
    assert window_of(at(START)) == at(START)


def test_the_picture_has_what_has_a_value_and_stays_inside() -> None:
    a_window()
    drawn = picture(explained(), "mean")
    assert drawn
    assert [point.is_used for point in drawn.points] == [True, False, True]
    assert all(0 <= point.x <= WIDTH and 0 <= point.y <= HEIGHT for point in drawn.points)
    assert drawn.points[1].y < (drawn.level or 0) < drawn.points[0].y


def test_a_standard_deviation_is_no_level_among_the_samples() -> None:
    a_window()
    drawn = picture(explained("wind_speed_std"), "std")
    assert drawn
    assert drawn.level is None


def page(client: Client, start: str = START, name: str = "wind_speed_mean") -> str:
    pk = Signal.objects.get(name=name).pk
    response = client.get(f"/admin/aggregates/signal/{pk}/explain/", {"from": start})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_page_tells_it_all(admin_client: Client) -> None:
    a_window()
    html = page(admin_client)
    assert "<strong>8 m/s</strong>" in html
    assert "<code>wind_speed_mean: (7 + 9) / 2 = 8</code>" in html
    assert "Computed again from the samples below, it is the same." in html
    assert "Samples: 2 used, 2 rejected, 6 missing, of 10 expected." in html
    assert "These have not changed since" in html
    assert html.count("<circle") == 3


def test_it_leads_to_all_that_the_turbine_did_at_the_same_time(admin_client: Client) -> None:
    a_window()
    html = page(admin_client)
    other = Signal.objects.get(name="wind_speed_max").pk
    assert f'signal/{other}/explain/?from=2025-08-31T00:10">9</a>' in html
    assert '"?from=2025-08-31T00:00"' in html
    assert '"?from=2025-08-31T00:20"' in html


def test_what_the_turbine_did_at_the_same_time_is_by_variable_and_statistic() -> None:
    measurements(turbine(), START, wind_speed=[7.0], power=[1.0])
    aggregated(DAY)
    by_variable = at_the_same_time("T01", at(START))
    values = {name: [cell and cell.value for cell in row] for name, row in by_variable.items()}
    assert values == {"wind_speed": [7, 7, 7, None, 1], "power": [1, 1, 1, None, 1]}


def test_rules_that_have_changed_since_are_told(admin_client: Client) -> None:
    measurements(turbine(rated_power_kw=1000), START, power=[100.0, 900.0])
    aggregated(DAY)
    Turbine.objects.update(rated_power_kw=400)
    html = page(admin_client, name="power_mean")
    assert "not what the samples below come to: the rules have changed since." in html
    assert "Since then its rules have changed." in html


def test_what_the_source_no_longer_keeps_cannot_be_computed_again(admin_client: Client) -> None:
    a_window()
    Measurement.objects.all().delete()
    SourceDay.objects.all().delete()
    html = page(admin_client)
    assert "The source does not have the samples any more" in html
    assert "which the source no longer keeps." in html


def test_a_value_that_was_damaged_is_told_with_what_to_type(admin_client: Client) -> None:
    a_window()
    Value.objects.filter(signal__name="wind_speed_mean").update(value=99)
    html = page(admin_client)
    assert "This is not what the samples below come to</strong>" in html
    assert "manage.py audit --from 2025-08-31 --to 2025-08-31 --repair" in html


def test_a_table_of_windows_leads_to_each_explanation(admin_client: Client) -> None:
    a_window()
    signal = Signal.objects.get(name="wind_speed_mean")
    html = admin_client.get(f"/admin/aggregates/signal/{signal.pk}/change/").content.decode()
    assert f'href="/admin/aggregates/signal/{signal.pk}/explain/?from=2025-08-31T00:10"' in html


def test_a_name_from_outside_is_shown_and_not_run(admin_client: Client) -> None:
    measurements(turbine("<script>1</script>"), START, wind_speed=[7.0])
    aggregated(DAY)
    html = page(admin_client)
    assert "&lt;script&gt;1&lt;/script&gt;" in html
    assert "<script>1" not in html


@pytest.mark.parametrize(
    "start", ["", "now", "1969-12-31", "2100-01-01", "0001-01-01", "9999-12-31"]
)
def test_what_is_no_window_is_not_found(admin_client: Client, start: str) -> None:
    a_window()
    pk = Signal.objects.get(name="wind_speed_mean").pk
    address = f"/admin/aggregates/signal/{pk}/explain/"
    assert admin_client.get(address, {"from": start}).status_code == 404
    assert (
        admin_client.get("/admin/aggregates/signal/0/explain/?from=2025-08-31").status_code == 404
    )


def test_a_signal_that_outlived_its_variable_is_not_explained(admin_client: Client) -> None:
    a_window()
    Signal.objects.filter(name="wind_speed_mean").update(variable="gusts")
    pk = Signal.objects.get(name="gusts_mean").pk
    address = f"/admin/aggregates/signal/{pk}/explain/"
    assert admin_client.get(address, {"from": START}).status_code == 404


def test_a_source_that_does_not_answer_is_told(admin_client: Client, monkeypatch: Any) -> None:
    a_window()

    def fail(*arguments: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("aggregates.source.gateway.reader.snapshot", fail)
    assert "The source database fails: connection refused." in page(admin_client)


def test_who_may_not_look_is_told_nothing(client: Client, django_user_model: Any) -> None:
    a_window()
    client.force_login(django_user_model.objects.create_user("ana", is_staff=True))
    pk = Signal.objects.get(name="wind_speed_mean").pk
    address = f"/admin/aggregates/signal/{pk}/explain/?from={START}"
    assert client.get(address).status_code == 403
