"""Each attack sends what its formula says."""

import numpy as np
import pytest
import torch

from fl_client.errors import ConfigError
from fl_client.learning import Samples
from fl_client.simulation.attacks import MODEL_ATTACKS, attack_named
from fl_client.simulation.attacks.deviating import little_is_enough
from fl_client.simulation.attacks.poisoned_data import Backdoor, LabelFlip

from .crowds import crowd, known, past

ROWS = crowd(7)
MEAN, DEVIATION = ROWS.mean(axis=0), ROWS.std(axis=0)


def sent(name: str, **knowledge: object) -> np.ndarray:
    attack = attack_named(name, classes=10)
    return attack.craft(known(ROWS, **knowledge), np.random.default_rng(1))  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "factor"), [("sign-flip", -1), ("scaling", -10), ("ipm", -3)])
def test_opposing_attacks_send_a_multiple_of_the_mean(name: str, factor: int) -> None:
    np.testing.assert_allclose(sent(name), np.tile(factor * MEAN, (2, 1)))


def test_noise_has_the_deviation_that_is_asked_for() -> None:
    wide = crowd(3, dimension=20_000)
    rows = attack_named("gaussian", classes=10).craft(known(wide), np.random.default_rng(0))
    scale = 100 * np.sqrt(np.mean(wide.mean(axis=0) ** 2))
    assert rows.std() == pytest.approx(scale, rel=0.02)
    assert not np.array_equal(rows[0], rows[1])


def test_little_is_enough_takes_z_from_the_majority_that_it_needs() -> None:
    # n = 50, f = 24: two supporters of 26, Phi(z) = 24 / 26.
    assert little_is_enough(50, 24) == pytest.approx(1.4261, abs=1e-4)
    rows = crowd(1, count=26)
    attack = attack_named("alie", classes=10)
    got = attack.craft(known(rows, trainers=50, attackers=24), np.random.default_rng(0))
    np.testing.assert_allclose(got[0], rows.mean(axis=0) - 1.42607 * rows.std(axis=0), rtol=1e-4, atol=1e-2)


def test_the_optimal_variant_does_more_harm_than_the_papers_z() -> None:
    knowledge = known(ROWS)
    plain, optimal = sent("alie")[0], sent("alie-optimal")[0]
    assert (
        np.linalg.norm(knowledge.moved(optimal) - MEAN) > np.linalg.norm(knowledge.moved(plain) - MEAN) + 100
    )
    # Along the deviation, as the paper has it.
    along = (MEAN - optimal) / DEVIATION
    np.testing.assert_allclose(along, along[0])


def test_optimal_inner_product_manipulation_turns_a_mean_around() -> None:
    assert known(ROWS).moved(sent("ipm-optimal")[0]) @ MEAN < 0


def test_a_free_rider_sends_the_step_before() -> None:
    step = np.arange(30) * 1_000.0
    before = past(honest=ROWS, colluding=ROWS[:2], step=step)
    np.testing.assert_allclose(sent("free-rider", past=before)[0], step, atol=0.5 * step.max())
    assert np.abs(sent("free-rider")).max() < 10  # nothing but a few steps of the lattice in the first round


def test_a_stale_copy_is_an_update_of_somebody_else() -> None:
    before = past(honest=ROWS, colluding=ROWS[:2], step=MEAN)
    copied = sent("stale-copy", past=before)
    assert (copied[0] == copied[1]).all()
    assert any((copied[0] == row).all() for row in ROWS)


def test_labels_are_flipped_and_images_are_not() -> None:
    share = Samples(inputs=torch.rand(3, 64), targets=torch.tensor([0, 4, 9]))
    flipped = LabelFlip(classes=10).poison(share)
    assert flipped.targets.tolist() == [9, 5, 0]
    assert torch.equal(flipped.inputs, share.inputs)


def test_a_backdoor_marks_the_corner_of_copies_and_wants_its_label() -> None:
    share = Samples(inputs=torch.full((2, 64), 0.25), targets=torch.tensor([3, 4]))
    share.inputs[0, 0] = 1.0
    poisoned = Backdoor(target=7).poison(share)
    assert len(poisoned) == 4
    assert torch.equal(poisoned.inputs[:2], share.inputs)
    assert poisoned.targets.tolist() == [3, 4, 7, 7]
    corner = poisoned.inputs[3].reshape(8, 8)
    assert (corner[6:, 6:] == 1.0).all()
    assert int((corner == 1.0).sum()) == 4
    assert float(share.inputs[1].max()) == 0.25  # the share itself is left alone


def test_a_backdoor_is_tried_on_images_of_other_labels() -> None:
    samples = Samples(inputs=torch.zeros(3, 64), targets=torch.tensor([0, 1, 0]))
    trial = Backdoor(target=0).trial(samples)
    assert len(trial) == 1
    assert trial.targets.tolist() == [0]


def test_a_backdoor_needs_pictures() -> None:
    share = Samples(inputs=torch.zeros(2, 30), targets=torch.tensor([0, 1]))
    with pytest.raises(ConfigError, match="square images"):
        Backdoor().poison(share)


def test_every_attack_is_found_by_its_name() -> None:
    assert [attack_named(name, classes=10).name for name in MODEL_ATTACKS] == list(MODEL_ATTACKS)
    with pytest.raises(ConfigError, match="'sign-flop'"):
        attack_named("sign-flop", classes=10)
