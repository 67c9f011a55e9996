"""Charts of curves: every point reads as its value, on straight and on logarithmic axes."""

import math
import re

import pytest

from fl_client.reporting.html.charts import BASE, LEFT, TOP, WIDTH
from fl_client.reporting.html.curves import Axis, Curve, curve_chart

TICK = re.compile(r'<line class="grid"[^>]*y1="([\d.]+)"[^>]*/><text[^>]*>([^<]+)</text>')
FOOT = re.compile(r'<line class="axis" x1="([\d.]+)" x2="\1"[^>]*/><text[^>]*>([^<]+)</text>')
LINE = re.compile(r'<polyline class="curve c(\d)" points="([^"]*)"')
DOT = re.compile(r'<circle class="measured c(\d)" cx="([\d.]+)" cy="([\d.]+)" r="3.2"')
STRAIGHT, ROUND = Axis(name="seconds"), Axis(name="chance", logarithmic=True)


def read(ticks: list[tuple[str, str]], place: float, *, logarithmic: bool) -> float:
    """A value read off an axis between its first and last tick."""
    known = [(float(at), float(text.replace(",", ""))) for at, text in ticks]
    (low_at, low), (high_at, high) = known[0], known[-1]
    if logarithmic:
        low, high = math.log10(low), math.log10(high)
    value = low + (high - low) * (place - low_at) / (high_at - low_at)
    return 10**value if logarithmic else value


@pytest.mark.parametrize(
    ("x_axis", "y_axis", "points"),
    [
        (STRAIGHT, STRAIGHT, [(0.04, 3.3), (0.26, 1.43), (1.05, 4.0)]),
        (STRAIGHT, ROUND, [(1, 0.111), (2, 0.0123), (8, 2.3e-8)]),
        (ROUND, STRAIGHT, [(0.001, 5.0), (0.3, 2.0), (900, 3.0)]),
    ],
)
def test_each_point_reads_as_its_value(x_axis: Axis, y_axis: Axis, points: list[tuple[float, float]]) -> None:
    chart = curve_chart("Something", x_axis, y_axis, [Curve(points=points, dots=True)])
    drawn = [(float(x), float(y)) for _, x, y in DOT.findall(chart)]
    assert len(drawn) == len(points)
    for (left, top), (x, y) in zip(drawn, points, strict=True):
        assert LEFT <= left <= WIDTH and TOP <= top <= BASE
        assert read(TICK.findall(chart), top, logarithmic=y_axis.logarithmic) == pytest.approx(y, rel=0.02)
        assert read(FOOT.findall(chart), left, logarithmic=x_axis.logarithmic) == pytest.approx(x, rel=0.02)


def test_a_line_goes_through_the_dots_of_the_same_points() -> None:
    points = [(1.0, 2.0), (2.0, 5.0), (4.0, 3.0)]
    chart = curve_chart(
        "Both",
        STRAIGHT,
        STRAIGHT,
        [Curve(points=points, colour=3), Curve(points=points, dots=True, colour=3)],
    )
    [(colour, line)] = LINE.findall(chart)
    assert line == " ".join(f"{x},{y}" for _, x, y in DOT.findall(chart))
    assert colour == "3"


def test_an_axis_from_zero_begins_there_and_ticks_stay_inside() -> None:
    chart = curve_chart(
        "Seconds", STRAIGHT, Axis(name="s", from_zero=True), [Curve(points=[(10, 33.0), (47, 41.0)])]
    )
    assert float(TICK.findall(chart)[0][1]) == 0
    assert all(10 <= float(text) <= 47 for _, text in FOOT.findall(chart))


def test_what_an_axis_cannot_show_is_left_out() -> None:
    points = [(1, 0.0), (2, 0.1), (3, math.inf), (4, 0.01)]
    chart = curve_chart("Chance", STRAIGHT, ROUND, [Curve(points=points, dots=True)])
    assert len(DOT.findall(chart)) == 2
    assert "No value to draw." in curve_chart("Chance", STRAIGHT, ROUND, [Curve(points=[(1, 0.0)])])


def test_the_legend_names_each_curve_once_and_escapes_its_name() -> None:
    points = [(1, 1.0), (2, 2.0)]
    chart = curve_chart(
        "A<b>", STRAIGHT, STRAIGHT, [Curve(name="<i>", points=points), Curve(points=points, dots=True)]
    )
    assert chart.count("<li>") == 1
    assert "&lt;i&gt;" in chart and "<i>" not in chart and "A&lt;b&gt;" in chart
