"""The admin's pages of reference curves and of what a person says of a turbine."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from aggregates.assessment.kept_curves import CurvesOfDays
from aggregates.models import Curve, TurbineSite
from tests.aggregates.assessment.stored import note
from tests.assessed import DAY, curve
from tests.builders import turbine
from tests.groups import member

pytestmark = pytest.mark.django_db

CURVES, SITES = "/admin/aggregates/curve/", "/admin/aggregates/turbinesite/"
LINES = "3;0\n5;200\n8;900\n11;1900\n13;2000"


@pytest.fixture
def operator() -> Client:
    turbine("T01")
    return member("operator")


def give(client: Client, **changed: Any) -> str:
    form = {"turbine": "T01", "first": "2025-08-01", "last": "", "lines": LINES} | changed
    return client.post(f"{CURVES}add/", form, follow=True).content.decode()


def test_an_operator_gives_a_curve_as_lines(operator: Client) -> None:
    assert "was added successfully" in give(operator)
    given = Curve.objects.get()
    assert given.points[2] == [8.0, 900.0, None, 0]
    assert (given.is_given, given.given_by, len(given.version)) == (True, "a operator", 12)


@pytest.mark.parametrize(
    "text", [LINES, LINES.replace(";", ","), "\ufeff" + LINES.replace("\n", "\r\n\r\n")]
)
def test_a_csv_is_taken(operator: Client, text: str) -> None:
    give(operator, lines="", file=SimpleUploadedFile("curve.csv", text.encode()))
    assert [point[:2] for point in Curve.objects.get().points][3:] == [[11, 1900], [13, 2000]]


def test_decimal_commas_are_read_as_such(operator: Client) -> None:
    give(operator, lines=LINES.replace("5;200", "5,5;200,25"))
    assert Curve.objects.get().points[1][:2] == [5.5, 200.25]


def test_the_same_points_have_one_version_and_others_another(operator: Client) -> None:
    for number, lines in enumerate((LINES, LINES, LINES.replace("900", "901")), start=1):
        give(operator, first=f"2025-0{number}-01", lines=lines)
    versions = Curve.objects.order_by("first").values_list("version", flat=True)
    assert versions[0] == versions[1] != versions[2]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"lines": "wind;power\n" + LINES},
            "Line 1, &#x27;wind;power&#x27;, is no point: a line is",
        ),
        ({"lines": LINES + "\n14;nan"}, "Line 6, &#x27;14;nan&#x27;, is no point"),
        ({"lines": "3;0\n13;2000"}, "needs 5 points at least; these are 2."),
        ({"lines": LINES + "\n25;0"}, "The power must not fall"),
        ({"lines": LINES + "\n12;2000"}, "The wind speeds must ascend"),
        ({"lines": LINES + "\n60;2000"}, "Point 6 (60 m/s, 2000 kW) cannot be"),
        ({"lines": ""}, "needs 5 points at least; these are 0."),
        ({"lines": "1;1\n" * 501}, "has 500 points at most; these are 501."),
        ({"last": "2025-07-01"}, "The last day is before the first."),
        ({"turbine": "T99"}, "There is no turbine"),
    ],
)
def test_what_is_no_curve_is_refused_in_a_sentence(
    operator: Client, changed: Any, sentence: str
) -> None:
    assert sentence in give(operator, **changed)
    assert not Curve.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"\xff\xfe\x00", "The file is no text in UTF-8"), (b"1;1\n" * 30_000, "has 120,000 bytes")],
)
def test_a_file_that_is_no_csv_is_refused(operator: Client, content: bytes, sentence: str) -> None:
    assert sentence in give(operator, file=SimpleUploadedFile("curve.csv", content))


def test_a_second_curve_from_the_same_day_on_is_refused(operator: Client) -> None:
    give(operator)
    assert "There is a curve of this turbine from that day on" in give(operator)
    assert Curve.objects.count() == 1


def test_a_curve_that_was_given_can_be_changed_and_is_pictured(operator: Client) -> None:
    give(operator)
    page = f"{CURVES}{Curve.objects.get().pk}/change/"
    html = operator.get(page).content.decode()
    assert "8;900" in html
    assert "<title>8 m/s: 900 kW</title>" in html
    lines = LINES.replace("900", "950")
    operator.post(page, {"turbine": "T01", "first": "2025-08-01", "last": "", "lines": lines})
    assert Curve.objects.get().points[2][1] == 950


def test_a_curve_that_does_not_fit_the_turbines_own_is_said_not_to_be_used(
    operator: Client,
) -> None:
    curve()
    lines = "3;0\n5;500\n8;1900\n11;1990\n13;2000"
    sentence = "It is not used in 2025-08: it promises 1."
    assert sentence in give(operator, lines=lines)
    page = f"{CURVES}{Curve.objects.get(is_given=True).pk}/change/"
    assert sentence in operator.get(page).content.decode()
    operator.post(page, {"turbine": "T01", "first": "2025-08-01", "last": "", "lines": LINES})
    assert "It is used." in operator.get(page).content.decode()


def test_a_curve_that_begins_above_all_wind_is_not_used(operator: Client) -> None:
    fitted = curve()
    give(operator, lines="20;0\n25;200\n30;900\n40;1900\n45;2000")
    assert CurvesOfDays(DAY, DAY).used("T01", DAY) == fitted
    page = f"{CURVES}{Curve.objects.get(is_given=True).pk}/change/"
    assert "it promises 0.00 times" in operator.get(page).content.decode()


def test_a_curve_far_above_the_rated_power_is_refused(operator: Client) -> None:
    note("T01", date(2025, 8, 5))
    lines = LINES + "\n14;2900"
    assert "T01 has a rated power of 2000 kW: it is of another type" in give(operator, lines=lines)
    assert not Curve.objects.exists()
    assert "was added successfully" in give(operator, lines=lines, first="2025-09-01")


def test_a_fitted_curve_is_looked_at_and_not_changed(operator: Client) -> None:
    page = f"{CURVES}{curve().pk}/"
    html = operator.get(f"{page}change/").content.decode()
    assert "<title>8 m/s: 900 kW, 9 windows</title>" in html
    assert operator.post(f"{page}change/", {"lines": LINES}).status_code == 403
    assert operator.post(f"{page}delete/", {"post": "yes"}).status_code == 403


def test_a_viewer_gives_no_curve() -> None:
    assert member("viewer").get(f"{CURVES}add/").status_code == 403


def test_an_operator_says_what_a_turbine_is_like(operator: Client) -> None:
    form = {"turbine": "T01", "cut_out_m_s": "22", "elevation_m": "411"}
    operator.post(f"{SITES}add/", form)
    site = TurbineSite.objects.get()
    assert (site.turbine, site.cut_out_m_s, site.elevation_m) == ("T01", 22.0, 411.0)
    html = operator.post(f"{SITES}add/", form, follow=True).content.decode()
    assert "There is an entry of this turbine" in html
    operator.post(f"{SITES}T01/change/", {"cut_out_m_s": "30", "elevation_m": ""})
    site.refresh_from_db()
    assert (site.cut_out_m_s, site.elevation_m) == (30.0, None)
