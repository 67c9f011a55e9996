"""The plain loop that the federation is measured against: the same learning, bit for bit where it can be."""

from pathlib import Path

import numpy as np
import pytest

from fl_client.encoding import dequantise
from fl_client.encoding.flatten import flatten
from fl_client.roles import FRACTION_BITS
from fl_client.simulation import DemoSettings, Federation
from scripts.benchmarks.plain_fedavg import LatticeFedAvg, PlainFedAvg, Setting, rounds_to

STEP = 2.0**-FRACTION_BITS
DIGITS = Setting(task="digits", clients=3, epochs=1, batch_size=10, learning_rate=0.5, seed=5)


def test_the_loop_through_the_lattice_ends_in_the_federations_bits(tmp_path: Path) -> None:
    federation = Federation(
        DemoSettings(
            participants=3, rounds=2, partition="dirichlet:1.0", epochs=1, seed=5, honest=True, out=tmp_path
        )
    )
    scores = [report.accuracy for report in federation.run()]
    loop = LatticeFedAvg(Setting(**{**as_dict(DIGITS), "partition": "dirichlet:1.0"}))
    assert list(loop.accuracies(2)) == scores
    assert np.array_equal(loop.vector, federation.model_after(2))


def as_dict(setting: Setting) -> dict[str, object]:
    return {name: getattr(setting, name) for name in Setting.__dataclass_fields__}


def test_one_round_of_both_loops_differs_by_the_lattice_alone() -> None:
    plain, lattice = PlainFedAvg(DIGITS), LatticeFedAvg(DIGITS)
    start = flatten(plain.module)
    plain.round(1)
    lattice.round(1)
    difference = np.abs(flatten(plain.module) - dequantise(lattice.vector, FRACTION_BITS)).max()
    moved = np.abs(flatten(plain.module) - start).max()
    # Start, update and mean are each rounded to half a step; training carries the first one on.
    assert difference < 20 * STEP < moved / 1_000


def test_both_loops_draw_the_same_clients_and_others_in_the_next_round() -> None:
    setting = Setting(**{**as_dict(DIGITS), "clients": 20, "fraction": 0.2})
    plain, lattice = PlainFedAvg(setting), LatticeFedAvg(setting)

    def places(loop: PlainFedAvg | LatticeFedAvg, number: int) -> list[int]:
        return [loop.learners.index(learner) for learner in loop.drawn(number)]

    assert [places(plain, number) for number in range(1, 5)] == [
        places(lattice, number) for number in range(1, 5)
    ]
    assert len({tuple(places(plain, number)) for number in range(1, 5)}) > 1
    assert all(len(places(plain, number)) == 4 for number in range(1, 5))


def test_the_plain_loop_learns() -> None:
    setting = Setting(**{**as_dict(DIGITS), "clients": 6, "epochs": 5})
    assert list(PlainFedAvg(setting).accuracies(3))[-1] > 0.9


@pytest.mark.parametrize(
    ("curve", "rounds"),
    [
        ([0.9], 1),
        ([0.5, 0.8, 0.9], 2.5),
        ([0.5, 0.8, 0.6, 0.9], 3.5),  # the best so far counts, not the last
        ([0.5, 0.85], 2),
        ([0.5, 0.84], None),
        ([], None),
    ],
)
def test_rounds_to_a_target_follow_the_papers_rule(curve: list[float], rounds: float | None) -> None:
    assert rounds_to(0.85, curve) == (None if rounds is None else pytest.approx(rounds))
