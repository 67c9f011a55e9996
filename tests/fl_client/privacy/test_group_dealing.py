"""Groups are dealt by chance and evenly, and their median lies where groups without a liar are (INV-GROUP-5)."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fl_client.encoding import LIMIT
from fl_client.errors import EncodingError
from fl_client.privacy.group_dealing import MOST_GROUPS, apply_group_sums, deal_groups
from fl_client.privacy.scale import apply_sum
from tests.contracts.encrypted_round import dealt

SEEDS = st.binary(min_size=32, max_size=32)
GROUPS = st.integers(0, MOST_GROUPS // 2).map(lambda half: 2 * half + 1)


@given(SEEDS, st.integers(9, 32), GROUPS)
def test_it_is_that_of_the_tests_own_program(seed: bytes, members: int, groups: int) -> None:
    assert list(deal_groups(seed, members, groups)) == (
        [0] * members if groups == 1 else dealt(seed, members, groups)
    )


@given(SEEDS, st.integers(1, 32), st.integers(1, 9))
def test_groups_differ_in_size_by_one_at_most(seed: bytes, members: int, groups: int) -> None:
    if groups > members:
        return
    sizes = Counter(deal_groups(seed, members, groups))
    assert set(sizes) == set(range(groups))
    assert max(sizes.values()) - min(sizes.values()) <= 1


def test_the_seed_decides() -> None:
    found = {deal_groups(bytes([seed]) * 32, 9, 3) for seed in range(50)}
    assert len(found) > 45


def test_two_members_share_a_group_as_often_as_chance_says() -> None:
    """Of nine in three groups, two of the other eight are in mine: one time in four."""
    tries = 4_000
    together = 0
    for number in range(tries):
        groups = deal_groups(number.to_bytes(32, "big"), 9, 3)
        together += groups[0] == groups[8]
    assert together / tries == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize(("seed", "members", "groups"), [(b"", 9, 3), (bytes(32), 2, 3), (bytes(32), 9, 0)])
def test_numbers_that_do_not_fit_are_refused(seed: bytes, members: int, groups: int) -> None:
    with pytest.raises(EncodingError):
        deal_groups(seed, members, groups)


# ---------------------------------------------------------------------- the median

WEIGHTS = st.integers(1, 2**16)
SUMS = st.integers(-(2**40), 2**40)
COORDINATE = st.integers(-LIMIT, LIMIT)


@given(COORDINATE, st.lists(st.tuples(SUMS, WEIGHTS), min_size=1, max_size=9), st.integers(0, 16))
def test_it_is_the_median_of_what_each_group_would_do(
    old: int, groups: list[tuple[int, int]], scale: int
) -> None:
    groups = groups[: len(groups) - 1 | 1]
    base = np.array([old], dtype=np.int32)
    found = apply_group_sums(
        base, [np.array([one]) for one, _ in groups], [weight for _, weight in groups], scale
    )
    alone = [int(apply_sum(base, np.array([one]), weight, scale)[0]) for one, weight in groups]
    assert found.tolist() == [sorted(alone)[len(alone) // 2]]
    assert found.dtype == np.int32


@given(
    st.lists(st.integers(-1_000, 1_000), min_size=2, max_size=5),
    st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=4),
)
def test_fewer_liars_than_half_of_the_groups_move_it_nowhere_that_no_honest_group_is(
    honest: list[int], lies: list[int]
) -> None:
    lies = lies[: len(honest) - 1]
    if (len(honest) + len(lies)) % 2 == 0:
        honest = [*honest, honest[0]]
    base = np.array([7], dtype=np.int32)
    every = [np.array([one]) for one in (*lies, *honest)]
    (found,) = apply_group_sums(base, every, [1] * len(every), 3).tolist()
    assert 7 + 8 * min(honest) <= found <= 7 + 8 * max(honest)


def test_half_of_the_groups_would_be_enough_to_move_it_anywhere() -> None:
    """The bound is tight: two of three."""
    base = np.zeros(1, dtype=np.int32)
    sums = [np.array([one]) for one in (0, 10**6, 10**6)]
    assert apply_group_sums(base, sums, [1, 1, 1], 0).tolist() == [10**6]


@pytest.mark.parametrize(("sums", "weights"), [(0, 0), (2, 2), (3, 2)])
def test_an_even_number_of_groups_is_refused(sums: int, weights: int) -> None:
    with pytest.raises(EncodingError, match=f"{sums} sums and {weights} weights"):
        apply_group_sums(np.zeros(1, dtype=np.int32), [np.zeros(1, dtype=np.int64)] * sums, [1] * weights, 0)
