"""The adaptive attacker comes closer to the honest after it was seen through, and grows bolder after it was not."""

from dataclasses import replace

import numpy as np
import pytest

from fl_client.simulation.attacks.accomplices import standing
from fl_client.simulation.attacks.adaptive import Adaptive, correction

from .crowds import crowd, known, past

HONEST = crowd(5)
SENT = np.tile(-3 * HONEST.mean(axis=0), (2, 1))


def test_it_grows_bolder_when_the_model_followed_it() -> None:
    harmed = np.concatenate([HONEST, SENT]).mean(axis=0)
    assert correction(known(HONEST, past=past(honest=HONEST, colluding=SENT, step=harmed))) > 1


def test_it_backs_off_when_the_model_went_where_honest_updates_led() -> None:
    unharmed = HONEST.mean(axis=0)
    assert correction(known(HONEST, past=past(honest=HONEST, colluding=SENT, step=unharmed))) < 1


def test_it_backs_off_when_its_updates_were_not_accepted() -> None:
    record = past(honest=HONEST, colluding=SENT[:0], step=HONEST.mean(axis=0))
    assert correction(known(HONEST, past=record)) < 1


def test_scores_near_the_floor_make_it_back_off_though_the_model_followed_it() -> None:
    harmed = np.concatenate([HONEST, SENT]).mean(axis=0)
    record = past(honest=HONEST, colluding=SENT, step=harmed)
    assert correction(known(HONEST, past=replace(record, standing=0.1))) < 1
    assert correction(known(HONEST, past=replace(record, standing=0.9))) > 1


def test_its_standing_is_that_of_its_worst_score() -> None:
    assert standing([150, 110], [180, 220], 100) == 0.1
    assert standing([90], [200], 100) == pytest.approx(-0.1)
    assert standing([], [200], 100) is None
    assert (
        standing([150], [100], 100) is None
    )  # the others are at the floor themselves: nothing to compare with


def test_boldness_adds_up_over_rounds_within_bounds() -> None:
    record = past(honest=HONEST, colluding=SENT, step=HONEST.mean(axis=0))
    bold, seen = 1.0, []
    for _ in range(10):
        bold = Adaptive().learn(known(HONEST, past=record, boldness=bold))
        seen.append(bold)
    assert seen[:3] == [0.5, 0.25, 0.125]
    assert seen[-1] == 0.125


def test_less_boldness_is_nearer_to_the_honest_mean() -> None:
    def away(boldness: float) -> float:
        sent = Adaptive().craft(known(HONEST, boldness=boldness), np.random.default_rng(0))
        return float(np.linalg.norm(sent[0] - HONEST.mean(axis=0)))

    assert away(0.125) < away(0.5) < away(1.0) < away(4.0)
