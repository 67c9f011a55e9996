"""Sharing out: every sample once, nobody empty-handed, the same for the same generator."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from fl_client.errors import ConfigError
from fl_client.learning.partition import MINIMUM_SAMPLES, Indices, Partition, parse_partition, split

LABELS = np.repeat(np.arange(10), 60)
TRAINERS = 6
SCHEMES = ("iid", "shards", "dirichlet:1.0", "dirichlet:0.05", "dirichlet:0.001")


def shares_of(
    text: str,
    targets: NDArray[np.generic] = LABELS,
    *,
    seed: int = 0,
    participants: int = TRAINERS,
    minimum: int = MINIMUM_SAMPLES,
) -> tuple[Indices, ...]:
    rng = np.random.default_rng(seed)
    return split(parse_partition(text), targets, participants=participants, generator=rng, minimum=minimum)


@pytest.mark.parametrize("text", SCHEMES)
def test_every_sample_is_in_exactly_one_share(text: str) -> None:
    assert sorted(np.concatenate(shares_of(text)).tolist()) == list(range(len(LABELS)))


@pytest.mark.parametrize("text", SCHEMES)
@pytest.mark.parametrize("seed", range(5))
def test_every_share_has_the_minimum(text: str, seed: int) -> None:
    assert min(len(share) for share in shares_of(text, seed=seed)) >= MINIMUM_SAMPLES


@pytest.mark.parametrize("text", SCHEMES)
def test_same_generator_state_gives_the_same_shares(text: str) -> None:
    for first, second in zip(shares_of(text, seed=7), shares_of(text, seed=7), strict=True):
        assert np.array_equal(first, second)


@pytest.mark.parametrize("text", SCHEMES)
def test_another_seed_gives_other_shares(text: str) -> None:
    assert any(
        not np.array_equal(first, second)
        for first, second in zip(shares_of(text, seed=1), shares_of(text, seed=2), strict=True)
    )


@pytest.mark.parametrize("text", SCHEMES)
def test_one_participant_gets_everything(text: str) -> None:
    (share,) = shares_of(text, participants=1)
    assert share.tolist() == list(range(len(LABELS)))


def test_shares_are_ascending_int64() -> None:
    for share in shares_of("dirichlet:1.0"):
        assert share.dtype == np.int64
        assert bool(np.all(np.diff(share) > 0))


def test_iid_shares_differ_by_at_most_one_sample() -> None:
    sizes = [len(share) for share in shares_of("iid", participants=7)]
    assert max(sizes) - min(sizes) <= 1


def test_two_shards_of_one_label_each_give_at_most_two_labels() -> None:
    # 10 labels of 60 and 5 participants: 10 shards of 60, each of one label.
    for share in shares_of("shards", participants=5):
        assert len(np.unique(LABELS[share])) <= 2


def test_dirichlet_shares_are_unequal() -> None:
    sizes = [len(share) for share in shares_of("dirichlet:1.0")]
    assert max(sizes) > 1.2 * min(sizes)


def test_smaller_alpha_gives_more_skew() -> None:
    def largest_label_share(text: str) -> float:
        shares = [share for seed in range(5) for share in shares_of(text, seed=seed)]
        return float(np.mean([np.bincount(LABELS[share]).max() / len(share) for share in shares]))

    assert largest_label_share("dirichlet:0.1") > 2 * largest_label_share("dirichlet:100")


def test_minimum_is_lowered_on_small_data() -> None:
    sizes = [len(share) for share in shares_of("dirichlet:0.001", np.zeros(12, dtype=np.int64))]
    assert sizes == [2] * TRAINERS


def test_iid_takes_regression_targets() -> None:
    assert sum(len(share) for share in shares_of("iid", np.linspace(0, 1, 90))) == 90


@pytest.mark.parametrize("text", ["shards", "dirichlet:1.0"])
@pytest.mark.parametrize("targets", [np.linspace(0, 1, 90), np.zeros((90, 2), dtype=np.int64)])
def test_targets_without_labels_need_iid(text: str, targets: NDArray[np.generic]) -> None:
    with pytest.raises(ConfigError, match="use iid"):
        shares_of(text, targets)


def test_fewer_samples_than_participants_is_refused() -> None:
    with pytest.raises(ConfigError, match="5 samples for 6 participants"):
        shares_of("iid", np.zeros(5, dtype=np.int64))


def test_no_participant_is_refused() -> None:
    with pytest.raises(ConfigError, match="0 participants"):
        shares_of("iid", participants=0)


@pytest.mark.parametrize("text", ["iid", "shards", "dirichlet:0.5"])
def test_partition_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_partition(text)) == text


def test_partition_text_ignores_case_and_space() -> None:
    assert parse_partition(" Dirichlet:1 ") == Partition(scheme="dirichlet", alpha=1.0)


@pytest.mark.parametrize(
    "text",
    ["", "idd", "iid:2", "shards:", "dirichlet", "dirichlet:", "dirichlet:x", "dirichlet:0", "dirichlet:-1"]
    + ["dirichlet:nan", "dirichlet:inf", "dirichlet:1:2"],
)
def test_bad_partition_text_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        parse_partition(text)
    assert "\n" not in str(refusal.value)


def test_alpha_without_dirichlet_is_refused() -> None:
    with pytest.raises(ConfigError, match="takes no number"):
        Partition(scheme="iid", alpha=1.0)


# McMahan et al. 1602.05629, section 3: 100 clients over 60,000 samples of ten classes.
PAPERS_LABELS = np.random.default_rng(0).permutation(np.repeat(np.arange(10), 6_000))


def test_iid_split_is_the_papers() -> None:
    shares = shares_of("iid", PAPERS_LABELS, participants=100)
    assert {len(share) for share in shares} == {600}
    # Shuffled: of 600 draws each class comes 60 times, give or take five standard deviations of 7.4.
    counts = np.array([np.bincount(PAPERS_LABELS[share], minlength=10) for share in shares])  # (100, 10)
    assert counts.min() > 23 and counts.max() < 97


def test_shards_split_is_the_papers() -> None:
    shares = shares_of("shards", PAPERS_LABELS, participants=100)
    assert {len(share) for share in shares} == {600}
    counts = np.array([np.bincount(PAPERS_LABELS[share], minlength=10) for share in shares])  # (100, 10)
    # 200 shards of 300, 20 of each class and none of two: a client holds two whole ones.
    assert set(np.unique(counts)) == {0, 300, 600}
    classes = (counts > 0).sum(axis=1)
    assert classes.max() == 2 and (classes == 2).sum() > 80


def test_shards_are_dealt_anew_for_another_seed() -> None:
    dealt = [
        [
            tuple(np.unique(PAPERS_LABELS[share]))
            for share in shares_of("shards", PAPERS_LABELS, participants=100, seed=seed)
        ]
        for seed in range(2)
    ]
    assert dealt[0] != dealt[1]


def test_shards_of_uneven_classes_still_hold_300_samples_each() -> None:
    # MNIST's own counts of the ten digits.
    counts = [5_923, 6_742, 5_958, 6_131, 5_842, 5_421, 5_918, 6_265, 5_851, 5_949]
    labels = np.repeat(np.arange(10), counts)
    shares = shares_of("shards", labels, participants=100)
    assert {len(share) for share in shares} == {600}
    classes = [len(np.unique(labels[share])) for share in shares]
    # Nine of 200 shards cross from one digit to the next, so a few clients hold three or four.
    assert np.mean(np.array(classes) <= 2) > 0.85 and max(classes) <= 4
