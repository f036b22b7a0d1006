"""What turbines are judged by: their reference curves, and what a person says of a turbine."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.safestring import SafeString

from aggregates.admin.curve_lines import lines_of_points, points_of_lines
from aggregates.admin.forms import TurbineForm
from aggregates.assessment.kept_curves import misfits, points_of, version_of_points
from aggregates.assessment.reference_curve import NotACurve, given
from aggregates.models import AggregatedDay, Curve, TurbineSite
from aggregates.pages.curve_picture import curve_picture
from aggregates.pages.curve_sentences import use_sentence

MOST_BYTES = 100_000
# Turbines that are boosted give a few percent more than their rated power.
MOST_OF_RATED = 1.1


class CurveForm(TurbineForm):
    """A curve that a person gives, as lines or as a file of them."""

    lines = forms.CharField(
        required=False,
        strip=True,
        widget=forms.Textarea({"rows": 12, "cols": 20}),
        help_text="A line for each point: wind speed in m/s; power in kW, such as 8.5;1200.",
    )
    file = forms.FileField(
        required=False, help_text="Or a CSV of such lines, which goes before what is written above."
    )

    class Meta:
        model = Curve
        fields = ["turbine", "first", "last"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "lines" in self.fields:
            self.fields["lines"].initial = lines_of_points(self.instance.points)

    def clean(self) -> dict[str, Any]:
        """Make a curve of the lines, or refuse them in a sentence; a person gave it."""
        cleaned = super().clean() or {}
        self.instance.is_given = True
        try:
            curve = given(points_of_lines(self._text(cleaned)))
        except NotACurve as refusal:
            self.add_error("lines", str(refusal))
        else:
            self._check_top(cleaned, curve.top_kw)
            self.instance.points = [list(point) for point in points_of(curve)]
            self.instance.version = version_of_points(self.instance.points)
        self._check_days(cleaned)
        return cleaned

    def _text(self, cleaned: dict[str, Any]) -> str:
        file = cleaned.get("file")
        if not file:
            return str(cleaned.get("lines", ""))
        if file.size > MOST_BYTES:
            raise NotACurve(
                f"The file has {file.size:,} bytes; a curve has {MOST_BYTES:,} at most."
            )
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise NotACurve("The file is no text in UTF-8, as a CSV is.") from error

    def _check_top(self, cleaned: dict[str, Any], top_kw: float) -> None:
        """Refuse a curve that goes far beyond the rated power that the turbine has on its days."""
        turbine, first = cleaned.get("turbine", ""), cleaned.get("first")
        days = AggregatedDay.objects.filter(turbine=turbine, rated_power_kw__isnull=False)
        if first:
            days = days.filter(day__range=(first, cleaned.get("last") or date.max))
        rated_power_kw = days.order_by("-day").values_list("rated_power_kw", flat=True).first()
        if rated_power_kw and top_kw > MOST_OF_RATED * rated_power_kw:
            self.add_error(
                "lines",
                f"This curve goes up to {top_kw:g} kW, and {turbine} has a rated power of"
                f" {rated_power_kw:g} kW: it is of another type. At most"
                f" {MOST_OF_RATED * rated_power_kw:g} kW can be.",
            )

    def _check_days(self, cleaned: dict[str, Any]) -> None:
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day is before the first.")
        turbine = cleaned.get("turbine", "")
        others = Curve.objects.filter(is_given=True, turbine=turbine).exclude(pk=self.instance.pk)
        if first and others.filter(first=first).exists():
            self.add_error("first", "There is a curve of this turbine from that day on: change it.")


@admin.register(Curve)
class CurveAdmin(admin.ModelAdmin):
    """The reference curves: those that were fitted are looked at, those of persons are changed."""

    class Media:
        css = {"all": ["aggregates/pages.css"]}

    form = CurveForm
    list_display = ["turbine", "first", "last", "is_given", "given_by", "fitted_days", "made_at"]
    list_filter = ["is_given", "first"]
    search_fields = ["turbine"]
    show_full_result_count = False
    actions = None

    def get_fields(self, request: HttpRequest, obj: Curve | None = None) -> Any:
        if self._may_write(request, obj):
            shown = ["use", "picture", "given_by", "made_at"] if obj else []
            return ["turbine", "first", "last", "lines", "file", *shown]
        shown = ["turbine", "first", "last", "is_given", "picture", "written"]
        origin = ["fitted_from", "fitted_to", "fitted_days"]
        given = ["given_by", "use"]
        return [*shown, *(given if obj and obj.is_given else origin), "version", "made_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Curve | None = None) -> Any:
        return ["use", "picture", "written", "given_by", "version", "made_at"]

    def _may_write(self, request: HttpRequest, obj: Curve | None) -> bool:
        if obj is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_fitted = obj is not None and not obj.is_given
        return not is_fitted and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_fitted = obj is not None and not obj.is_given
        return not is_fitted and super().has_delete_permission(request, obj)

    @admin.display(description="curve")
    def picture(self, curve: Curve) -> SafeString:
        return curve_picture(curve)

    @admin.display(description="is it used")
    def use(self, curve: Curve) -> str:
        return use_sentence(curve)

    @admin.display(description="points")
    def written(self, curve: Curve) -> str:
        """Return the points as a person may copy them into a curve of her own."""
        return lines_of_points(curve.points)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.given_by = request.user.get_username()
        super().save_model(request, obj, form, change)
        if misfits(obj):
            self.message_user(request, use_sentence(obj), messages.WARNING)


class TurbineSiteForm(TurbineForm):
    """What a person says of a turbine for its assessment."""

    def clean_turbine(self) -> str:
        """Refuse a turbine of which somebody has said it already."""
        name = super().clean_turbine()
        if TurbineSite.objects.filter(turbine=name).exists():
            raise ValidationError("There is an entry of this turbine: change it.")
        return name


@admin.register(TurbineSite)
class TurbineSiteAdmin(admin.ModelAdmin):
    """The cut-out wind and the elevation of turbines."""

    form = TurbineSiteForm
    list_display = ["turbine", "cut_out_m_s", "elevation_m"]
    search_fields = ["turbine"]
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["turbine"] if obj else []
