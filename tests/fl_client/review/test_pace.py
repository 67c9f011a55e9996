"""Whether reported times fit claimed samples."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fl_client.errors import ConfigError
from fl_client.review import Claim, implausible

HONEST = {
    place: Claim(samples=samples, milliseconds=3 * samples) for place, samples in enumerate((50, 120, 400))
}


def test_times_in_proportion_are_plausible() -> None:
    assert implausible(HONEST, 2) == frozenset()


def test_too_many_samples_for_their_time_stand_out() -> None:
    assert implausible(HONEST | {3: Claim(samples=4_000, milliseconds=300)}, 8) == {3}


def test_too_much_time_for_its_samples_stands_out() -> None:
    assert implausible(HONEST | {3: Claim(samples=10, milliseconds=3_000)}, 8) == {3}


def test_a_count_and_a_time_inflated_alike_pass() -> None:
    """What a self-reported time cannot show."""
    assert implausible(HONEST | {3: Claim(samples=10**6, milliseconds=3 * 10**6)}, 2) == frozenset()


@pytest.mark.parametrize(("factor", "found"), [(9, {3}), (10, set())])
def test_the_factor_itself_is_within_bounds(factor: int, found: set[int]) -> None:
    assert implausible(HONEST | {3: Claim(samples=10, milliseconds=300)}, factor) == found


def test_no_factor_compares_nothing() -> None:
    assert (
        implausible({0: Claim(samples=1, milliseconds=0), 1: Claim(samples=1, milliseconds=10**6)}, 0)
        == set()
    )


def test_where_most_say_nothing_nothing_is_compared() -> None:
    silent = {place: Claim(samples=9, milliseconds=0) for place in range(3)}
    assert implausible(silent | {3: Claim(samples=9, milliseconds=9)}, 2) == frozenset()


def test_who_says_nothing_among_those_who_do_stands_out() -> None:
    assert implausible(HONEST | {3: Claim(samples=9, milliseconds=0)}, 1_000) == {3}


def test_the_judges_own_time_counts_as_one_more() -> None:
    """Two who lie alike are the middle of three; with the judge's own measurement they are not."""
    claims = {
        0: Claim(samples=100, milliseconds=300),
        1: Claim(samples=90_000, milliseconds=300),
        2: Claim(samples=90_000, milliseconds=301),
    }
    assert implausible(claims, 20) == {0}
    assert implausible(claims, 20, measured=Fraction(3)) == {1, 2}


@given(
    st.dictionaries(st.integers(0, 50), st.tuples(st.integers(1, 2**32), st.integers(0, 2**32)), max_size=9),
    st.integers(2, 10_000),
    st.integers(1, 1_000),
)
def test_only_proportions_count(drawn: dict[int, tuple[int, int]], factor: int, times: int) -> None:
    claims = {place: Claim(samples=s, milliseconds=m) for place, (s, m) in drawn.items()}
    slower = {place: Claim(samples=s, milliseconds=m * times) for place, (s, m) in drawn.items()}
    assert implausible(claims, factor) == implausible(slower, factor)


def test_no_sample_is_refused() -> None:
    with pytest.raises(ConfigError, match="samples from 1"):
        Claim(samples=0, milliseconds=1)
