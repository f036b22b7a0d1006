"""The catalogue of variables, and the fields that hold them."""

from math import inf

from django.db.models import FloatField

from sourcedata.models import Measurement
from sourcedata.variables import VARIABLE_NAMES, VARIABLES

POWER = next(variable for variable in VARIABLES if variable.name == "power")


def test_measurements_have_a_field_per_variable_and_no_other() -> None:
    fields = [field.name for field in Measurement._meta.fields if isinstance(field, FloatField)]
    assert fields == list(VARIABLE_NAMES)


def test_the_valid_power_follows_from_the_rated_power() -> None:
    assert POWER.valid_range(2000.0) == (-200.0, 4000.0)


def test_any_power_is_valid_where_the_rated_power_is_unknown() -> None:
    assert POWER.valid_range(None) == (-inf, inf)


def test_directions_are_the_only_angles_that_are_averaged_as_vectors() -> None:
    angles = [variable.name for variable in VARIABLES if variable.is_angle]
    assert angles == ["wind_direction", "nacelle_direction"]


def test_every_angle_may_come_in_the_turn_before_its_own_or_after() -> None:
    angles = [variable for variable in VARIABLES if variable.is_angle or variable.is_signed_angle]
    assert [variable.unit for variable in VARIABLES].count("deg") == len(angles) == 3
    assert {variable.valid_range(None) for variable in angles} == {(-360, 720)}
