"""Min-max keeps its update as near to the honest ones as they are to each other, and no nearer than it must."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fl_client.simulation.attacks.deviating import MinMax, furthest

from .crowds import crowd, known


def spread(rows: np.ndarray) -> float:
    return max(float(np.linalg.norm(one - other)) for one in rows for other in rows)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(2, 12), opposing=st.booleans())
def test_no_honest_update_is_further_away_than_two_honest_ones_are_apart(
    seed: int, count: int, opposing: bool
) -> None:
    rows = crowd(seed, count=count)
    sent = MinMax(opposing=opposing).craft(known(rows, attackers=1), np.random.default_rng(0))
    furthest_away = max(float(np.linalg.norm(sent[0] - one)) for one in rows)
    assert furthest_away <= spread(rows) * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_a_little_more_would_break_the_constraint(seed: int) -> None:
    rows = crowd(seed)
    mean, direction = rows.mean(axis=0), -rows.mean(axis=0)
    strength = furthest(rows, mean, direction)
    assert strength > 0
    beyond = mean + 1.001 * strength * direction
    assert max(float(np.linalg.norm(beyond - one)) for one in rows) > spread(rows)


def test_equal_updates_leave_no_room() -> None:
    rows = np.ones((4, 6))
    assert furthest(rows, rows.mean(axis=0), -rows.mean(axis=0)) == 0
