"""Client sampling: m = max(C * K, 1) distinct clients."""

from __future__ import annotations

import numpy as np
import pytest

from fl_client.errors import ConfigError
from fl_client.learning.sampling import sample_clients


@pytest.mark.parametrize(("fraction", "count"), [(0.0, 1), (0.1, 10), (0.29, 29), (0.5, 50), (1.0, 100)])
def test_count_is_the_fraction_of_the_clients_and_at_least_one(fraction: float, count: int) -> None:
    assert len(sample_clients(100, fraction=fraction, generator=np.random.default_rng(0))) == count


def test_clients_are_distinct_and_in_range() -> None:
    drawn = sample_clients(20, fraction=0.5, generator=np.random.default_rng(0))
    assert len(set(drawn)) == 10
    assert set(drawn) <= set(range(20))


def test_same_generator_state_draws_the_same_clients() -> None:
    first = sample_clients(100, fraction=0.1, generator=np.random.default_rng(3))
    assert first == sample_clients(100, fraction=0.1, generator=np.random.default_rng(3))


def test_every_client_is_drawn_about_equally_often() -> None:
    rng = np.random.default_rng(0)
    counts = np.bincount([i for _ in range(2000) for i in sample_clients(10, fraction=0.3, generator=rng)])
    # 2000 draws with probability 0.3: mean 600, standard deviation sqrt(2000 * 0.3 * 0.7) = 20.5.
    assert bool(np.all(np.abs(counts - 600) < 5 * 20.5))


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan")])
def test_fraction_out_of_range_is_refused(fraction: float) -> None:
    with pytest.raises(ConfigError, match="client fraction"):
        sample_clients(10, fraction=fraction, generator=np.random.default_rng(0))


def test_no_clients_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least 1"):
        sample_clients(0, fraction=0.5, generator=np.random.default_rng(0))
