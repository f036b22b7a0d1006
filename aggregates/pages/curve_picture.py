"""A small picture of a reference curve."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from aggregates.models import Curve

WIDTH, HEIGHT, MARGIN = 480, 220, 24
PICTURE = (
    '<svg class="curve" role="img" aria-label="{label}" viewBox="0 0 {width} {height}">'
    '<polyline points="{line}"/>{points}</svg>'
)
POINT = '<circle cx="{}" cy="{}" r="4"><title>{}</title></circle>'


def curve_picture(curve: Curve) -> SafeString:
    """Return the curve as a line through its points; each says what it is of."""
    most_wind = max((wind_speed for wind_speed, *_ in curve.points), default=0) or 1
    most_power = max((power_kw for _, power_kw, *_ in curve.points), default=0) or 1
    places = [
        (
            f"{MARGIN + (WIDTH - 2 * MARGIN) * wind_speed / most_wind:.1f}",
            f"{HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * power_kw / most_power:.1f}",
            _of_point(wind_speed, power_kw, windows),
        )
        for wind_speed, power_kw, _, windows in curve.points
    ]
    return format_html(
        PICTURE,
        label=f"Power up to {most_power:,.0f} kW over wind speed up to {most_wind:g} m/s",
        width=WIDTH,
        height=HEIGHT,
        line=" ".join(f"{x},{y}" for x, y, _ in places),
        points=format_html_join("", POINT, places),
    )


def _of_point(wind_speed: float, power_kw: float, windows: int) -> str:
    of = f", {windows:,} windows" if windows else ""
    return f"{wind_speed:g} m/s: {power_kw:,.0f} kW{of}"
