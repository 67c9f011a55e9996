"""The benchmarks run, at sizes that take seconds; the figures themselves are docs/benchmarks.md."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from fl_client.learning import TaskData
from scripts.benchmarks import table
from scripts.benchmarks.deepchain import DeepChainTask, Experiment, Parties, deepchain, opened_model
from scripts.benchmarks.disputes import dispute_gas
from scripts.benchmarks.encryption import EncryptionScale, encryption
from scripts.benchmarks.learning import Scale, against_plain_loop, long_run, to_target
from scripts.benchmarks.stopwatch import AUDITOR, REST, Stopwatch
from tests.fl_client.learning.idx_files import write_data_set

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def scale(tmp_path: Path) -> Scale:
    """The real measurements over 60 images and the small network."""
    return Scale(
        data=write_data_set(tmp_path),
        seeds=2,
        trainers=3,
        rounds=2,
        cnn="fashion-mnist-2nn",
        clients=5,
        fraction=0.4,
        target=0.5,
        fedavg_cap=20,
        fedsgd_cap=2,
        long_rounds=2,
    )


def test_the_federation_is_measured_against_the_plain_loop(scale: Scale) -> None:
    rows = {row[0].strip(): row for row in against_plain_loop(scale)}
    (ratio,) = (float(row[1]) for name, row in rows.items() if name.startswith("federation / plain loop"))
    assert ratio > 0.5
    for name in ("learning", "storing", "fetching", "encoding and committing", "aggregating", AUDITOR, REST):
        assert float(rows[f"federation, a round: {name} (s)"][1]) >= 0
    # Half of 30 test images is the most that rounding to the lattice may change.
    assert abs(float(rows["less that of the plain loop"][1])) < 0.5


def test_rounds_to_a_target_are_told_and_so_is_a_cap(scale: Scale) -> None:
    found = {row[0].rpartition(": ")[2]: row[1] for row in to_target(scale)}
    assert float(found["FedAvg E=5 B=10, plain floats"]) <= scale.fedavg_cap
    assert found["FedSGD, plain floats"].startswith("not in 2 (best 0.")
    assert found["  FedSGD / FedAvg, through the lattice"].startswith("> ")


def test_a_dispute_is_measured_step_by_step() -> None:
    found = {row[0].strip(): row for row in dispute_gas(dimension=70_000, trainers=3)}
    steps = ("openDispute", "answerNodes 1", "pickNode 1", "answerNodes 2", "pickNode 2", "answerChunk")
    assert all(int(found[name][1].replace(",", "")) > 40_000 for name in steps)
    assert sum(name.startswith("one-coordinate proof") for name in found) == 3


def test_the_long_run_tells_its_accuracies(scale: Scale) -> None:
    rows = list(long_run(scale))
    assert rows[0][0].startswith("accuracy after 2 rounds") and 0 <= float(rows[0][1]) <= 1


def test_an_encrypted_round_is_measured_step_by_step() -> None:
    small = EncryptionScale(modulus_bits=512, dimension=600, parties=4, threshold=2, compared=1)
    found = {row[0].strip(): row[1] for row in encryption(small)}
    whole = "a party's whole sharing: 600 parameters, 4 parties, 2 shares, all cores (s)"
    assert float(found["read and check one submission, one core (s)"]) > 0 and float(found[whole]) > 0
    # Ciphertext and proof of 64-byte numbers: 128 and 257 bytes for 24 values.
    assert float(found["submission with its proofs, bytes a parameter"]) == round((16 + 25 * 385) / 600, 2)
    assert float(found["times faster, packed"].replace(",", "")) > 0


def test_deepchains_experiment_compares_parties_and_bits() -> None:
    generator = torch.Generator().manual_seed(0)
    images, labels = torch.rand(90, 1, 28, 28, generator=generator), torch.arange(90) % 10
    data = TaskData(train_inputs=images, train_targets=labels, test_inputs=images, test_targets=labels)
    small = Experiment(
        seeds=1,
        federations=(3,),
        share=30,
        sharings=2,
        steps=2,
        batch_size=10,
        learning_rate=0.1,
        modulus_bits=512,
    )
    rows = {row[0].strip(): row for row in deepchain(small, data)}
    assert rows["one sharing encrypted, the model's bits"][1:] == ("equal", "equal", "reached")
    lone = next(
        row for name, row in rows.items() if name.startswith("accuracy of a lone party, 4 iterations")
    )
    gain = next(row for name, row in rows.items() if name.startswith("more than the lone party's"))
    together = float(rows["accuracy of 3 parties"][1])
    assert together - float(lone[1]) == pytest.approx(float(gain[1]), abs=2e-4)


def test_a_model_is_opened_from_the_values_that_were_shared() -> None:
    nothing = torch.zeros(9, 1, 28, 28), torch.zeros(9, dtype=torch.int64)
    data = TaskData(
        train_inputs=nothing[0], train_targets=nothing[1], test_inputs=nothing[0], test_targets=nothing[1]
    )
    small = Experiment(federations=(3,), share=3, sharings=1, modulus_bits=512)
    parties = Parties(small, DeepChainTask(), data, seed=0)
    before, values = (
        np.zeros(30, dtype=np.int32),
        [np.full(30, 3 * place, dtype=np.int32) for place in range(3)],
    )
    step = 1 << parties.plan.scale_bits
    assert opened_model(parties, before, values).tolist() == [3 * step] * 30


def test_every_second_is_booked_once_under_the_innermost_name() -> None:
    class Work:
        def outer(self) -> None:
            time.sleep(0.05)
            self.inner()

        def inner(self) -> None:
            time.sleep(0.1)

    work, watch = Work(), Stopwatch()
    watch.wrap(work, "outer", "outer")
    watch.wrap(work, "inner", "inner")
    work.outer()  # not running: not booked
    with watch.running():
        work.outer()
    assert watch.total == pytest.approx(sum(watch.seconds.values())) and watch.total >= 0.15
    assert 0.05 <= watch.seconds["outer"] < 0.1 <= watch.seconds["inner"]


def test_what_the_auditor_calls_is_the_auditors() -> None:
    class Work:
        def step(self) -> None:
            self.fetch()

        def fetch(self) -> None:
            time.sleep(0.05)

    work, watch = Work(), Stopwatch()
    watch.wrap(work, "step", AUDITOR)
    watch.wrap(work, "fetch", "fetching")
    with watch.running():
        work.step()
    assert watch.seconds[AUDITOR] >= 0.05 and "fetching" not in watch.seconds


def test_a_section_that_was_not_measured_stays() -> None:
    first = table.page({"Gas": "| a |\n\nNotes.", "Learning": "| b |"}, "")
    second = table.page({"Learning": "| c |"}, first)
    assert second == first.replace("| b |", "| c |")
    assert table.page({}, second) == second


def test_the_page_in_the_repository_is_one_that_can_be_renewed() -> None:
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert table.page({}, text) == text


def test_the_entry_point_lists_its_options() -> None:
    command = [sys.executable, ROOT / "scripts" / "bench.py", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    for option in (
        "--write",
        "--seeds",
        "--learning",
        "--targets",
        "--long",
        "--latency",
        "--data",
        "--encryption",
    ):
        assert option in done.stdout
