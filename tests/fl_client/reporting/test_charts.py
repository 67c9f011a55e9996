"""Charts: a point lies where its value says."""

import math
import re

import pytest

from fl_client.reporting.html.charts import BASE, HEIGHT, LEFT, TOP, WIDTH, line_chart, round_ticks

POINT = re.compile(r'<circle class="(\w+)" cx="([\d.]+)" cy="([\d.]+)"')
TICK = re.compile(r'<line class="grid"[^>]*y1="([\d.]+)"[^>]*/><text[^>]*>([\d.,-]+)</text>')


def points(chart: str) -> list[tuple[str, float, float]]:
    return [(kind, float(x), float(y)) for kind, x, y in POINT.findall(chart)]


def value_at(chart: str, y: float) -> float:
    """Read a value off the chart, between its first and last tick."""
    ticks = [(float(place), float(text.replace(",", ""))) for place, text in TICK.findall(chart)]
    (low_y, low), (high_y, high) = ticks[0], ticks[-1]
    return low + (high - low) * (y - low_y) / (high_y - low_y)


@pytest.mark.parametrize(
    "values", [[0.87, 0.93, 0.95, 0.97], [0.43, 0.17, 0.15], [1200.0, -300.0, 5.0], [1e-4, 3e-4], [7.0, 7.0]]
)
def test_each_point_reads_as_its_value(values: list[float]) -> None:
    chart = line_chart("Loss", list(range(1, len(values) + 1)), values)
    span = max(values) - min(values) or 1
    for (_, _, y), value in zip(points(chart), values, strict=True):
        assert value_at(chart, y) == pytest.approx(value, abs=0.01 * span)


def test_points_stand_at_even_distances_inside_the_chart() -> None:
    places = points(line_chart("Loss", [1, 2, 3, 4], [4.0, 3.0, 2.0, 1.0]))
    steps = {round(right[1] - left[1], 0) for left, right in zip(places, places[1:], strict=False)}
    assert len(steps) == 1
    assert all(LEFT <= x <= WIDTH and TOP <= y <= BASE < HEIGHT for _, x, y in places)


def test_only_the_marked_round_has_a_ring() -> None:
    kinds = [kind for kind, _, _ in points(line_chart("Loss", [1, 2, 3], [3.0, 2.0, 1.0], marked={2}))]
    assert kinds == ["dot", "cheat", "dot"]


def test_one_round_is_a_point_in_the_middle() -> None:
    ((_, x, y),) = points(line_chart("Loss", [1], [0.5]))
    assert LEFT < x < WIDTH - 30 and TOP < y < BASE


@pytest.mark.parametrize("gap", [None, math.nan, math.inf])
def test_a_missing_value_interrupts_the_line(gap: float | None) -> None:
    chart = line_chart("Loss", [1, 2, 3, 4], [1.0, gap, 2.0, 3.0])
    assert chart.count("<polyline") == 2 and len(points(chart)) == 3


@pytest.mark.parametrize("values", [[], [None], [math.nan]])
def test_without_a_value_nothing_is_drawn(values: list[float | None]) -> None:
    assert "<svg" not in line_chart("Loss", list(range(len(values))), values)


def test_a_long_run_has_few_labels_and_keeps_its_marks() -> None:
    rounds = list(range(1, 10_001))
    chart = line_chart("Loss", rounds, [1 / number for number in rounds], marked={77})
    labels = re.findall(r'text-anchor="middle">(\d+)</text>', chart)
    assert labels[0] == "1" and 3 <= len(labels) <= 12
    assert [kind for kind, _, _ in points(chart)] == ["cheat", "dot"]


def test_a_title_is_escaped() -> None:
    assert "<b>" not in line_chart("<b>", [1], [1.0])


@pytest.mark.parametrize(
    ("low", "high"), [(0.87, 0.97), (0, 1e-9), (-5, 12_345), (0.5, 0.5), (0, 0), (1e9, 1e9)]
)
def test_ticks_are_few_ascend_and_enclose_the_values(low: float, high: float) -> None:
    ticks = round_ticks(low, high)
    assert 2 <= len(ticks) <= 8
    assert all(left < right for left, right in zip(ticks, ticks[1:], strict=False))
    assert ticks[0] <= low + 1e-12 and high <= ticks[-1] + 1e-12
