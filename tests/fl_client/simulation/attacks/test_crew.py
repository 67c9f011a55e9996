"""Colluders send what the contract takes, and know what the record holds."""

import numpy as np
import pytest

from fl_client.simulation.attacks import Defence, attack_named
from fl_client.simulation.attacks.crew import Crew

from .crowds import crowd, mean_of, past

OWN = crowd(2, count=2).astype(np.int32)
BASE = np.zeros(OWN.shape[1], dtype=np.int32)


def crew(name: str, *, norm_bound: float = 1e12) -> Crew:
    attack = attack_named(name, classes=10)
    return Crew(attack, trainers=10, norm_bound=norm_bound, combine=mean_of, seed=0)


@pytest.mark.parametrize("name", ["scaling", "gaussian", "adaptive", "backdoor", "min-max"])
def test_no_update_is_longer_than_the_task_takes(name: str) -> None:
    bound = float(np.linalg.norm(OWN[0])) / 3
    for row in crew(name, norm_bound=bound).send(1, BASE, OWN).astype(object):
        assert sum(value * value for value in row) <= bound**2


def test_the_others_are_known_from_the_round_before() -> None:
    honest = crowd(9)
    gang = crew("sign-flip")
    gang.note(past(honest=honest, colluding=OWN.astype(float), step=honest.mean(axis=0)))
    everybody = np.concatenate([honest, OWN.astype(float)])
    np.testing.assert_array_equal(gang.send(2, BASE, OWN)[0], np.rint(-everybody.mean(axis=0)))


def test_one_who_sees_this_round_uses_it() -> None:
    seen = crowd(4).astype(np.int32)
    sent = crew("sign-flip").send(1, BASE, OWN, seen)
    np.testing.assert_array_equal(sent[0], np.rint(-seen.mean(axis=0)).astype(np.int32))


def test_a_bound_before_a_rule_is_the_tasks() -> None:
    defence = Defence.named("bound:0.5+trimmed-mean:0.2")
    assert defence.rule.name == "trimmed-mean:0.2" or defence.rule.name.endswith("trimmed-mean:0.2")
    assert defence.norm_bound(100) == 0.5 * 2**20
    assert Defence.named("mean").norm_bound(100) == 4.0 * 10 * 2**20
