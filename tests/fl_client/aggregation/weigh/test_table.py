"""Norms and distances are exact, whatever the values, and in the order that is posted."""

from __future__ import annotations

import numpy as np
import pytest

from fl_client.aggregation.weigh import RoundFigures, measure
from fl_client.encoding import LIMIT, MerkleSumTree
from fl_client.errors import EncodingError

EDGES = [1 << 15, (1 << 15) - 1, 1 << 16, 1 << 19, (1 << 19) + 1, LIMIT - 1, LIMIT]


def plain_square(vector: np.ndarray) -> int:
    return sum(int(x) * int(x) for x in vector)


@pytest.mark.parametrize("greatest", [3, 1 << 19, (1 << 19) + 1, LIMIT])
@pytest.mark.parametrize("dimension", [1, 63, 16_384, 16_385, 40_000])
def test_random_vectors_are_measured_exactly(dimension: int, greatest: int) -> None:
    generator = np.random.default_rng(dimension)
    updates = generator.integers(-greatest, greatest + 1, (4, dimension)).astype(np.int32)
    trust = generator.integers(-greatest, greatest + 1, dimension).astype(np.int32)
    wide = [update.astype(object) for update in [*updates, trust]]
    table = measure(updates, trust)
    assert table.norms == tuple(plain_square(x) for x in wide[:4])
    assert table.distances == tuple(
        plain_square(wide[i] - wide[j]) for i in range(4) for j in range(i + 1, 4)
    )
    assert table.trust_norm == plain_square(wide[4])
    assert table.trust_distances == tuple(plain_square(x - wide[4]) for x in wide[:4])


def test_values_where_halves_meet_are_measured_exactly() -> None:
    values = np.array([sign * edge + step for edge in EDGES for sign in (1, -1) for step in (-1, 0)])
    values = np.clip(values, -LIMIT, LIMIT).astype(np.int32)
    updates = np.array([values, values[::-1], -values])
    wide = updates.astype(object)
    table = measure(updates)
    assert table.norms == tuple(plain_square(x) for x in wide)
    assert table.distances[0] == plain_square(wide[0] - wide[1])


def test_a_million_greatest_values_do_not_wrap() -> None:
    """Their squared distance has 84 bits."""
    updates = np.empty((2, 1 << 20), dtype=np.int32)
    updates[0], updates[1] = LIMIT, -LIMIT
    table = measure(updates)
    assert table.norms == (LIMIT**2 << 20,) * 2
    assert table.distances == (4 * LIMIT**2 << 20,)


def test_norms_are_the_root_sums_of_the_trees() -> None:
    updates = np.random.default_rng(3).integers(-LIMIT, LIMIT + 1, (3, 500)).astype(np.int32)
    sums = tuple(MerkleSumTree.build(update).root.sum for update in updates)
    assert measure(updates, distances=False).norms == sums


def test_table_is_read_in_its_order() -> None:
    updates = np.array([[0], [1], [3], [7]], dtype=np.int32)
    figures = measure(updates).figures((1,) * 4)
    for i in range(4):
        for j in range(4):
            assert figures.between(i, j) == int(updates[i, 0] - updates[j, 0]) ** 2


def test_nothing_is_measured_that_was_not_asked_for() -> None:
    updates = np.array([[1, 2], [3, 4]], dtype=np.int32)
    table = measure(updates, distances=False)
    assert (table.distances, table.trust_distances, table.trust_norm) == ((), (), 0)
    assert table.figures((5, 6)) == RoundFigures(samples=(5, 6), norms=(5, 25))


def test_what_is_no_lattice_vector_is_refused() -> None:
    updates = np.zeros((2, 3), dtype=np.int32)
    with pytest.raises(EncodingError, match="trusted vector has shape"):
        measure(updates, np.zeros(4, dtype=np.int32))
    with pytest.raises(EncodingError, match=r"give \(n, d\)"):
        measure(updates[0])
    updates[1, 1] = -(2**31)
    with pytest.raises(EncodingError, match="update 1"):
        measure(updates)
