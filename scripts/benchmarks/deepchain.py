"""DeepChain's experiment: its network, its schedule, several parties against a lone one; and one sharing encrypted.

Weng et al., DeepChain, section VI: a network of 252,398 parameters, 5,500 images a party, batches of 64, rate 0.5,
1,500 iterations with a sharing after each 15. The paper has MNIST; Fashion-MNIST's files have the same shape, and a
folder with the paper's own goes with --data.
"""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from fl_client.learning import GlobalModel, LocalLearner, LocalTraining, TaskData
from fl_client.learning.task import Samples
from fl_client.learning.tasks.fashion_mnist import CLASSES, FashionMnist
from fl_client.privacy.paillier.combining import open_sum
from fl_client.privacy.paillier.cores import Cores
from fl_client.privacy.paillier.dealing import deal
from fl_client.privacy.paillier.packing import SlotFormat
from fl_client.privacy.paillier.root_shares import root_shares
from fl_client.privacy.paillier.sums import weighted_sum
from fl_client.privacy.paillier.transcript import ProofContext
from fl_client.privacy.paillier.updates import encrypt_update
from fl_client.privacy.scale import apply_sum, quantise
from fl_client.roles import FRACTION_BITS
from fl_client.roles.encrypted_plan import EncryptedPlan

from .table import Row, mark

CPU = torch.device("cpu")
Values = NDArray[np.int32]

NOTES = """Notes:

- Every party has 5,500 images of its own; the lone party has the first one's, and as many steps. Updates are quantised
  as an encrypted round quantises them, and their sum is applied in integers, in the clear. The accuracy is that of the
  last model on the 10,000 test images.
- One sharing, the last one of the smallest federation with the first seed, is encrypted as well: every party encrypts
  and proves, the threshold opens the sum, and the model is compared bit for bit.
- The paper, with MNIST: 97.08, 96.96, 97.20 and 97.32 % for the four of one experiment, 96.75 % for its lone party.
"""


class DeepChainTask(FashionMnist):
    """Fashion-MNIST's images, or others in such files, with DeepChain's network."""

    def model(self) -> nn.Module:
        """One 3x3 convolution with 10 channels, 2x2 pooling, 128 units and the logits: 252,398 parameters."""
        return nn.Sequential(
            nn.Conv2d(1, 10, 3, padding=1),  # (n, 10, 28, 28)
            nn.MaxPool2d(2),
            nn.ReLU(),
            nn.Flatten(),  # (n, 1960)
            nn.Linear(10 * 14 * 14, 128),
            nn.ReLU(),
            nn.Linear(128, CLASSES),
        )


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """How large it is; the defaults are the paper's, but for the seeds."""

    data: Path | None = None
    seeds: int = 3
    federations: tuple[int, ...] = (4, 10)
    share: int = 5_500
    sharings: int = 100
    steps: int = 15
    batch_size: int = 64
    learning_rate: float = 0.5
    modulus_bits: int = 2_048

    @property
    def plan(self) -> EncryptedPlan:
        """The task's own way of quantising: 16 bits, updates within +-2."""
        return EncryptedPlan(parties=max(self.federations), modulus_bytes=self.modulus_bits // 8)


class Parties:
    """Parties with a share each, who train and add up."""

    def __init__(self, experiment: Experiment, task: DeepChainTask, data: TaskData, *, seed: int) -> None:
        self.experiment, self.plan, self.seed = experiment, experiment.plan, seed
        self.model = GlobalModel(task, seed=seed, fraction_bits=FRACTION_BITS)
        generator = np.random.default_rng(seed)
        most = max(experiment.federations) * experiment.share
        rows = generator.permutation(len(data.train))[:most].reshape(-1, experiment.share)
        self.train, self.test = data.train, data.test
        # Pass after pass over a share, each in an order of its own, cut into sharings.
        wanted = experiment.sharings * experiment.steps * experiment.batch_size
        passes = -(-wanted // experiment.share)
        self.orders = [
            np.concatenate([generator.permutation(share) for _ in range(passes)])[:wanted].reshape(
                experiment.sharings, -1
            )
            for share in rows
        ]

    def run(self, count: int) -> tuple[float, Values, list[Values]]:
        """Train the first ``count`` parties together.

        Returns:
            The last model's accuracy, the model before the last sharing, and the values that were shared in it.
        """
        vector = before = self.model.initial()
        values: list[Values] = []
        for number in range(1, self.experiment.sharings + 1):
            before, values = vector, [self._learn(place, vector, number) for place in range(count)]
            vector = self.applied(before, np.sum(values, axis=0, dtype=np.int64), count)
        return self.model.evaluate(vector, self.test, CPU).metric, before, values

    def applied(self, base: Values, sums: NDArray[Any], weight: int) -> Values:
        """The model after a sharing."""
        return apply_sum(base, sums, weight, self.plan.scale_bits)

    def _learn(self, place: int, vector: Values, number: int) -> Values:
        experiment = self.experiment
        local = LocalTraining(
            epochs=1, batch_size=experiment.batch_size, learning_rate=experiment.learning_rate
        )
        share: Samples = self.train.select(self.orders[place][number - 1])
        learner = LocalLearner(self.model, share, local, seed=self.seed * 1_000 + place, device=CPU)
        return quantise(learner.update(vector, number).delta, self.plan.scale_bits, self.plan.value_bits)


def deepchain(experiment: Experiment | None = None, data: TaskData | None = None) -> Iterator[Row]:
    """Accuracy of federations of several sizes and of a lone party, and a sharing encrypted."""
    experiment = experiment or Experiment()
    task = DeepChainTask(experiment.data)
    data = data or task.data()
    scores: dict[int, list[float]] = {count: [] for count in (1, *experiment.federations)}
    equal = None
    for seed in range(experiment.seeds):
        parties = Parties(experiment, task, data, seed=seed)
        for count, found in scores.items():
            accuracy, before, values = parties.run(count)
            found.append(accuracy)
            if equal is None and count > 1:
                clear = parties.applied(before, np.sum(values, axis=0, dtype=np.int64), count)
                equal = np.array_equal(opened_model(parties, before, values), clear)
    lone = statistics.mean(scores[1])
    what = f"{experiment.sharings * experiment.steps:,} iterations, a sharing each {experiment.steps}"
    yield (f"accuracy of a lone party, {what}, mean of {experiment.seeds} seeds", f"{lone:.4f}", "", "")
    for count in experiment.federations:
        together = statistics.mean(scores[count])
        gain = together - lone
        yield (f"accuracy of {count} parties", f"{together:.4f}", "", "")
        each = ", ".join(f"{one - alone:+.4f}" for one, alone in zip(scores[count], scores[1], strict=True))
        yield (f"  more than the lone party's, by seed ({each})", f"{gain:+.4f}", "> 0", mark(gain > 0))
    yield (
        "one sharing encrypted, the model's bits",
        "equal" if equal else "differ",
        "equal",
        mark(bool(equal)),
    )


def opened_model(parties: Parties, before: Values, values: list[Values]) -> Values:
    """The model after a sharing whose values are encrypted, added up as ciphertexts and opened by the threshold."""
    plan = replace(parties.plan, parties=len(values))
    fmt = SlotFormat(plan.value_bits, plan.headroom_bits, plan.modulus_bytes)
    dealt = deal(modulus_bits=8 * plan.modulus_bytes, parties=plan.parties, threshold=plan.holders)
    key = dealt.key
    with Cores() as cores:
        updates = [encrypt_update(key, ProofContext(bytes(32)), one, fmt, cores=cores) for one in values]
        total = weighted_sum(key, updates, [1] * len(updates), cores=cores)
        mapper = cores.mapper("opening")
        given = {
            place: tuple(root_shares(key, dealt.shares[place], total, mapper=mapper))
            for place in range(plan.holders)
        }
        opened = open_sum(key, total, given, mapper=mapper)
    plaintexts = [int(one.plaintext) for one in opened.openings]
    return parties.applied(before, fmt.sums(plaintexts, before.size, len(values)), len(values))
