"""BlockFL's learning task: linear regression, solved by SVRG on every device. Kim et al., arXiv 1808.03949, section II.

The paper names no data. These are drawn once from a seed and rounded so that every target is exact: the same on every
machine.
"""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np
import torch
from torch import Tensor, nn

from fl_client.learning.task import TaskData, model_outputs

DIMENSION: Final = 10
TRAIN_SAMPLES: Final = 300
"""The paper's ten devices with 10 to 50 samples each have 300 on average."""

TEST_SAMPLES: Final = 100
_SEED: Final = 1808_03949
_NOISE: Final = 0.1
_GRID: Final = 256
"""Inputs, weights and noise are whole multiples of 1/256: products and their sums are exact in float64."""


class BlockFLRegression:
    """300 samples of ten normal features, their targets linear in them with noise; 100 more to test on.

    One pass of SVRG a round with step beta/N_i, beta = 0.5. The devices' models are averaged by their sample counts,
    which is the rule `mean`, also called `dane`.
    """

    name: ClassVar[str] = "blockfl-regression"
    metric_name: ClassVar[str] = "R2"
    solver: ClassVar[str] = "svrg"
    epochs: ClassVar[int] = 1
    batch_size: ClassVar[int] = 1
    learning_rate: ClassVar[float] = 0.5

    def model(self) -> nn.Module:
        """Build ten weights without a bias, uniform on (0, 1] as the paper's first model."""
        layer = nn.Linear(DIMENSION, 1, bias=False)
        with torch.no_grad():
            layer.weight.copy_(1 - torch.rand(1, DIMENSION))
        return layer

    def data(self) -> TaskData:
        """Draw the samples, always the same; float32 (n, 10) and (n, 1)."""
        draw = np.random.default_rng(_SEED)
        count = TRAIN_SAMPLES + TEST_SAMPLES
        weights = np.rint(draw.standard_normal(DIMENSION) * _GRID)
        inputs = np.rint(draw.standard_normal((count, DIMENSION)) * _GRID)
        noise = np.rint(_NOISE * draw.standard_normal(count) * _GRID)
        targets = (inputs * weights).sum(axis=1) / _GRID**2 + noise / _GRID
        x = torch.as_tensor(inputs / _GRID, dtype=torch.float32)
        y = torch.as_tensor(targets[:, None], dtype=torch.float32)  # (n, 1)
        return TaskData(
            train_inputs=x[:TRAIN_SAMPLES],
            train_targets=y[:TRAIN_SAMPLES],
            test_inputs=x[TRAIN_SAMPLES:],
            test_targets=y[TRAIN_SAMPLES:],
        )

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Half the mean squared error, the paper's f."""
        return ((outputs - targets) ** 2).mean() / 2

    def metric(self, model: nn.Module, inputs: Tensor, targets: Tensor) -> float:
        """R^2, the share of the targets' variance that the model explains; 1 at best, below 0 when it harms."""
        missed = ((model_outputs(model, inputs) - targets).double() ** 2).sum()
        spread = ((targets - targets.mean()).double() ** 2).sum()
        return float(1 - missed / spread)
