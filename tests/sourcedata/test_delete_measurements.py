"""`delete_measurements` takes back what should not be there, once somebody has seen it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from sourcedata.models import Measurement
from tests.builders import measurements, turbine
from tests.sourcedata.exports import revisions

pytestmark = pytest.mark.django_db

SPAN = ["--from", "2025-08-31T10:01", "--to", "2025-08-31T12:03+02:00"]


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("delete_measurements", "--turbine", "T01", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def five_minutes() -> None:
    for name in ("T01", "T02"):
        measurements(turbine(name), "2025-08-31T10:00", power=[1.0, 2.0, 3.0, 4.0, 5.0])


def test_without_yes_it_says_what_would_go() -> None:
    assert run(*SPAN) == (
        "2 measurements of T01 from 2025-08-31 10:01:00 to before 2025-08-31 10:03:00 UTC."
        " With --yes, they go.\n"
    )
    assert Measurement.objects.count() == 10


def test_with_yes_they_are_gone_and_their_day_has_another_revision() -> None:
    of_t01, of_t02 = revisions()
    assert "Deleted: 2 measurements of T01" in run(*SPAN, "--yes")
    assert revisions()[0] != of_t01
    assert revisions()[1] == of_t02
    left = Measurement.objects.filter(turbine__name="T01")
    assert list(left.order_by("timestamp").values_list("power", flat=True)) == [1.0, 4.0, 5.0]
    assert Measurement.objects.filter(turbine__name="T02").count() == 5


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--from", "yesterday", "--to", "2025-09-01"], "'yesterday' is no time such as"),
        (["--from", "2025-09-01T00:00", "--to", "2025-08-01T00:00"], "--to is not after --from"),
        ([*SPAN, "--turbine", "T9"], "There is no turbine 'T9'."),
        (["--from", "2101-01-01T00:00", "--to", "2102-01-01T00:00"], "is not from 1970 to 2099"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)
