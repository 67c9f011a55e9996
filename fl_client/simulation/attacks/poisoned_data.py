"""Attacks through the data: wrong labels, and a backdoor behind a trigger."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from fl_client.errors import ConfigError
from fl_client.learning import Samples
from fl_client.simulation.attacks.attack import DataPoisoning, Unlearning
from fl_client.simulation.attacks.knowledge import Knowledge, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFlip(DataPoisoning):
    """Colluders train on their images with the labels c - 1 - y, c being the number of classes.

    Source: Tolpegin et al., "Data Poisoning Attacks Against Federated Learning Systems" (arXiv 2007.08432); the
    mapping is that of Fang et al. (arXiv 1911.11815), section 5.1.
    """

    classes: int
    name: str = "label-flip"

    def poison(self, share: Samples) -> Samples:
        """See ``Attack.poison``."""
        return Samples(inputs=share.inputs, targets=self.classes - 1 - share.targets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backdoor(Unlearning):
    """Colluders train on their data and as much again with a bright corner and the label that they want for it, and
    boost what comes of it: factor * own update.

    The corner is a square of ``side`` pixels in the last rows and columns. Success is the share of triggered test
    images of other labels that the model gives the wanted one.

    Sources: Gu, Dolan-Gavitt and Garg, "BadNets" (arXiv 1708.06733), section 4.1; Bagdasaryan et al. (arXiv
    1807.00459), section 3, with the factor n / f that makes f colluders' mean replace the model.

    Args:
        side: of the trigger, in pixels.
        target: the label wanted.
        boost: whether the update is multiplied by n / f.
    """

    name: str = "backdoor"
    side: int = 2
    target: int = 0
    boost: bool = True

    def poison(self, share: Samples) -> Samples:
        """See ``Attack.poison``; twice as many samples."""
        marked = self.triggered(share)
        return _joined(share, marked)

    def triggered(self, samples: Samples) -> Samples:
        """The same images with the trigger and the wanted label."""
        inputs = samples.inputs.clone()
        pixels = inputs.reshape(
            len(samples), *_picture(tuple(inputs.shape[1:]))
        )  # (n, rows, columns), a view
        pixels[:, -self.side :, -self.side :] = float(samples.inputs.max())
        return Samples(inputs=inputs, targets=samples.targets * 0 + self.target)

    def trial(self, samples: Samples) -> Samples:
        """Triggered images of other labels: a model's accuracy on them is the attack's success."""
        others = np.flatnonzero(np.asarray(samples.targets) != self.target).astype(np.int64)
        return self.triggered(samples.select(others))

    def craft(self, known: Knowledge, random: np.random.Generator) -> Rows:
        """See ``Attack.craft``."""
        del random
        return known.own * (known.trainers / known.attackers if self.boost else 1.0)


def _picture(shape: tuple[int, ...]) -> tuple[int, int]:
    """Rows and columns of one image.

    Raises:
        ConfigError: it is no square image of one channel.
    """
    pixels = math.prod(shape)
    side = math.isqrt(pixels)
    if side * side != pixels or side < 2:
        raise ConfigError(f"a backdoor marks square images of one channel; these inputs have shape {shape}")
    return side, side


def _joined(first: Samples, second: Samples) -> Samples:
    both: Any = [first.inputs.new_empty((len(first) + len(second), *first.inputs.shape[1:]))]
    both.append(first.targets.new_empty((len(first) + len(second), *first.targets.shape[1:])))
    for whole, parts in zip(
        both, ((first.inputs, second.inputs), (first.targets, second.targets)), strict=True
    ):
        whole[: len(first)], whole[len(first) :] = parts
    return Samples(inputs=both[0], targets=both[1])
