"""Line charts as inline SVG: axes with round tick values, one point a round, the rounds of cheats marked."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from fl_client.reporting.html.tables import Html

WIDTH, HEIGHT = 440, 240
LEFT, RIGHT, TOP, BASE = 52, 22, 18, 196
_MOST_DOTS: Final = 60
_MOST_LABELS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Where a value lies on an axis.

    >>> Scale(low=0, high=10, start=100, end=200).at(2.5)
    125.0
    """

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The place of a value."""
        return self.start + (self.end - self.start) * (value - self.low) / (self.high - self.low)


def round_ticks(low: float, high: float, *, most: int = 6) -> list[float]:
    """Round values, evenly spaced, from at or below ``low`` to at or above ``high``; at least two.

    >>> round_ticks(0.8704, 0.9718)
    [0.85, 0.9, 0.95, 1.0]
    >>> round_ticks(3, 3)
    [2.4, 2.6, 2.8, 3.0, 3.2, 3.4, 3.6]
    """
    if high <= low:
        pad = abs(low) / 6 or 0.5
        low, high = low - pad, high + pad
    rough = (high - low) / (most - 1)
    size = 10.0 ** math.floor(math.log10(rough))
    step = next((size * factor for factor in (1, 2, 5) if size * factor >= rough * 0.999), size * 10)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    places = max(0, -math.floor(math.log10(step)))
    return [round(index * step, places + 1) for index in range(first, last + 1)]


def tick_label(value: float, step: float) -> str:
    """A tick's value, with as many places as the step between ticks needs.

    >>> tick_label(0.9, 0.02), tick_label(1200.0, 200.0), tick_label(2.5, 0.5)
    ('0.90', '1,200', '2.5')
    """
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:,.{places}f}" if places <= 6 else f"{value:.3g}"


def line_chart(
    title: str, rounds: Sequence[int], values: Sequence[float | None], *, marked: Collection[int] = ()
) -> Html:
    """A curve over the rounds.

    Args:
        title: what the values are.
        rounds: numbers of the rounds, ascending.
        values: one a round; None, NaN and infinity leave a gap.
        marked: rounds whose points get a ring.

    Returns:
        A figure, or a line of text where there is no value to draw.
    """
    known = [(r, float(v)) for r, v in zip(rounds, values, strict=True) if v is not None and math.isfinite(v)]
    caption = f"<figcaption>{escape(title)}</figcaption>"
    if not known:
        return Html(f'<figure>{caption}<p class="dim">No value to draw.</p></figure>')
    ticks = round_ticks(min(v for _, v in known), max(v for _, v in known))
    # One round stands in the middle.
    low, high = (rounds[0], rounds[-1]) if len(rounds) > 1 else (rounds[0] - 1, rounds[0] + 1)
    x = Scale(low=low, high=high, start=LEFT + 12, end=WIDTH - RIGHT)
    y = Scale(low=ticks[0], high=ticks[-1], start=BASE, end=TOP)
    parts = [_grid(ticks, y), _rounds(rounds, x), _curves(rounds, dict(known), x, y)]
    parts += [_dot(number, value, x, y, ring=number in marked) for number, value in _dotted(known, marked)]
    parts.append(_last(known, x, y))
    label = f"{title}, from {known[0][1]:.4f} in round {known[0][0]} to {known[-1][1]:.4f} in round {known[-1][0]}"
    return Html(
        f'<figure>{caption}<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg></figure>'
    )


def _grid(ticks: Sequence[float], y: Scale) -> str:
    step = ticks[1] - ticks[0]
    lines = [
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT + 8}" y1="{y.at(t):.1f}" y2="{y.at(t):.1f}"/>'
        f'<text x="{LEFT - 7}" y="{y.at(t) + 4:.1f}" text-anchor="end">{tick_label(t, step)}</text>'
        for t in ticks
    ]
    return "".join(lines)


def _rounds(rounds: Sequence[int], x: Scale) -> str:
    step = _label_step(len(rounds))
    shown = [n for n in rounds if n == rounds[0] or (n % step == 0 and n - rounds[0] >= 0.6 * step)]
    labels = [
        f'<line class="axis" x1="{x.at(n):.1f}" x2="{x.at(n):.1f}" y1="{BASE}" y2="{BASE + 4}"/>'
        f'<text x="{x.at(n):.1f}" y="{BASE + 18}" text-anchor="middle">{n}</text>'
        for n in shown
    ]
    axis = f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT + 8}" y1="{BASE}" y2="{BASE}"/>'
    name = f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.1f}" y="{BASE + 36}" text-anchor="middle">round</text>'
    return axis + "".join(labels) + name


def _label_step(rounds: int) -> int:
    """Every so many rounds have a label: 1, 2, 5, 10, ..."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if rounds <= _MOST_LABELS * size * factor:
                return size * factor
        size *= 10


def _curves(rounds: Sequence[int], known: dict[int, float], x: Scale, y: Scale) -> str:
    """One line, interrupted where a value is missing."""
    runs: list[list[str]] = [[]]
    for number in rounds:
        if number in known:
            runs[-1].append(f"{x.at(number):.1f},{y.at(known[number]):.1f}")
        elif runs[-1]:
            runs.append([])
    return "".join(f'<polyline class="curve" points="{" ".join(run)}"/>' for run in runs if run)


def _dotted(known: list[tuple[int, float]], marked: Collection[int]) -> list[tuple[int, float]]:
    """Dots of a long run would hide its curve: there only the marked ones and the last."""
    if len(known) <= _MOST_DOTS:
        return known
    return [point for point in known if point[0] in marked or point == known[-1]]


def _dot(number: int, value: float, x: Scale, y: Scale, *, ring: bool) -> str:
    hint = f"<title>round {number}: {value:.4f}{', a cheat' if ring else ''}</title>"
    kind, size = ("cheat", "4.5") if ring else ("dot", "3.2")
    place = f'cx="{x.at(number):.1f}" cy="{y.at(value):.1f}" r="{size}"'
    return f'<circle class="{kind}" {place}>{hint}</circle>'


def _last(known: Sequence[tuple[int, float]], x: Scale, y: Scale) -> str:
    """The last value, written on the side of its point that the curve does not come from."""
    number, value = known[-1]
    place, came_from = y.at(value), y.at(known[-2][1] if len(known) > 1 else value)
    above = place - 20 >= TOP and came_from >= place
    above = above or place + 20 > BASE
    height = place - 10 if above else place + 18
    return f'<text class="value" x="{x.at(number) + 6:.1f}" y="{height:.1f}" text-anchor="end">{value:.4f}</text>'
