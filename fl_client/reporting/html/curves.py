"""Curves over a quantity as inline SVG: several to a chart, told apart by colour, dashes and their names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from fl_client.reporting.html.charts import (
    BASE,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Scale,
    round_ticks,
    tick_label,
)
from fl_client.reporting.html.tables import Html, text

_END: Final = WIDTH - RIGHT + 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A quantity that depends on another.

    Attributes:
        name: what it is; empty where the chart's title says it.
        points: by ascending x; values that no axis can show are left out.
        dots: draw measured points and no line between them.
        colour: 1 to 4; dots have the colour of the curve that they belong to.
    """

    name: str = ""
    points: Sequence[tuple[float, float]] = field(repr=False)
    dots: bool = False
    colour: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """An axis.

    Attributes:
        name: with its unit.
        logarithmic: equal steps for equal factors; values up to 0 are left out.
        from_zero: begin at 0.
    """

    name: str
    logarithmic: bool = False
    from_zero: bool = False

    def place(self, value: float) -> float:
        """Where a value is before it is scaled."""
        return math.log10(value) if self.logarithmic else value

    def shows(self, value: float) -> bool:
        """Whether the axis has a place for a value."""
        return math.isfinite(value) and (value > 0 or not self.logarithmic)

    def ticks(self, values: Sequence[float], *, most: int = 6) -> list[float]:
        """Round values around these, as places."""
        low, high = min(values), max(values)
        if self.logarithmic:
            first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
            return [float(power) for power in range(first, max(last, first + 1) + 1)]
        return round_ticks(0.0 if self.from_zero else low, high, most=most)

    def label(self, ticks: Sequence[float], tick: float) -> str:
        """What stands at a tick.

        >>> Axis(name="chance", logarithmic=True).label([-3.0, -2.0], -3.0)
        '1e-3'
        """
        if not self.logarithmic:
            return tick_label(tick, ticks[1] - ticks[0])
        return f"{10**tick:,.7g}" if -2 <= tick <= 3 else f"1e{tick:.0f}"


def curve_chart(title: str, x_axis: Axis, y_axis: Axis, curves: Sequence[Curve]) -> Html:
    """A chart of curves with a legend, where they have names.

    Returns:
        A figure, or a line of text where there is nothing to draw.
    """
    caption = f"<figcaption>{escape(title)}</figcaption>"
    shown = [(one, [p for p in one.points if x_axis.shows(p[0]) and y_axis.shows(p[1])]) for one in curves]
    every = [point for _, points in shown for point in points]
    if not every:
        return Html(f'<figure>{caption}<p class="dim">No value to draw.</p></figure>')
    # Across, the curves fill the width; up, the axis ends at round values.
    places = [x_axis.place(x) for x, _ in every]
    low, high = min(places), max(places)
    if low == high:
        low, high = low - 0.5, high + 0.5
    across = Scale(low=low, high=high, start=LEFT + 12, end=WIDTH - RIGHT)
    heights = y_axis.ticks([y for _, y in every])
    up = Scale(low=heights[0], high=heights[-1], start=BASE, end=TOP)
    parts = [_lines(y_axis, heights, up), _feet(x_axis, [x for x, _ in every], across)]
    parts += [_drawn(one, points, x_axis, y_axis, across, up) for one, points in shown]
    label = f"{title}, by {x_axis.name}: {_said(shown)}"
    return Html(
        f'<figure>{caption}<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>{_legend(shown)}</figure>'
    )


def _lines(axis: Axis, ticks: Sequence[float], scale: Scale) -> str:
    return "".join(
        f'<line class="grid" x1="{LEFT}" x2="{_END}" y1="{scale.at(t):.1f}" y2="{scale.at(t):.1f}"/>'
        f'<text x="{LEFT - 7}" y="{scale.at(t) + 4:.1f}" text-anchor="end">{axis.label(ticks, t)}</text>'
        for t in ticks
    )


def _feet(axis: Axis, values: Sequence[float], scale: Scale) -> str:
    ticks = axis.ticks(values, most=9)
    slack = 1e-9 * (scale.high - scale.low)
    within = [tick for tick in ticks if scale.low - slack <= tick <= scale.high + slack]
    marks = "".join(
        f'<line class="axis" x1="{scale.at(t):.1f}" x2="{scale.at(t):.1f}" y1="{BASE}" y2="{BASE + 4}"/>'
        f'<text x="{scale.at(t):.1f}" y="{BASE + 18}" text-anchor="middle">{axis.label(ticks, t)}</text>'
        for t in within
    )
    line = f'<line class="axis" x1="{LEFT}" x2="{_END}" y1="{BASE}" y2="{BASE}"/>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    name = f'<text x="{middle:.1f}" y="{BASE + 36}" text-anchor="middle">{escape(axis.name)}</text>'
    return line + marks + name


def _drawn(
    curve: Curve, points: Sequence[tuple[float, float]], x_axis: Axis, y_axis: Axis, across: Scale, up: Scale
) -> str:
    spots = [(across.at(x_axis.place(x)), up.at(y_axis.place(y)), x, y) for x, y in points]
    if not curve.dots:
        line = " ".join(f"{left:.1f},{top:.1f}" for left, top, _, _ in spots)
        return f'<polyline class="curve c{curve.colour}" points="{line}"/>' if spots else ""
    named = f"{escape(curve.name)}: " if curve.name else ""
    return "".join(
        f'<circle class="measured c{curve.colour}" cx="{left:.1f}" cy="{top:.1f}" r="3.2">'
        f"<title>{named}{y:.4g} at {x:.4g}</title></circle>"
        for left, top, x, y in spots
    )


def _legend(shown: Sequence[tuple[Curve, Sequence[tuple[float, float]]]]) -> str:
    items = []
    for curve, points in shown:
        if curve.name and points:
            mark = (
                f'<circle class="measured c{curve.colour}" cx="14" cy="5" r="3.6"/>'
                if curve.dots
                else f'<line class="curve c{curve.colour}" x1="0" x2="28" y1="5" y2="5"/>'
            )
            items.append(
                f'<li><svg class="key" viewBox="0 0 28 10" aria-hidden="true">{mark}</svg>{text(curve.name)}</li>'
            )
    return f'<ul class="legend">{"".join(items)}</ul>' if items else ""


def _said(shown: Sequence[tuple[Curve, Sequence[tuple[float, float]]]]) -> str:
    """The curves in words, for whoever hears the page."""
    words = []
    for curve, points in shown:
        if points and not curve.dots:
            (x0, y0), (x1, y1) = points[0], points[-1]
            name = f"{curve.name} " if curve.name else ""
            words.append(f"{name}from {y0:.4g} at {x0:.4g} to {y1:.4g} at {x1:.4g}")
    return "; ".join(words) or "measured points"
