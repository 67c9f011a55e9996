"""Handwritten digits, 8 by 8 pixels, from the copy inside scikit-learn: real data without a download."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from torch import nn

from fl_client.learning.task import ClassificationTask, TaskData

_BRIGHTEST = 16.0
"""Pixel values are whole numbers from 0 to 16."""

_TEST_EVERY = 5
"""Every fifth image of each digit is a test image: a stratified 80/20 split without a random draw."""


class Digits(ClassificationTask):
    """1,797 images (64 pixels in [0, 1]) of ten digits; 1,442 to train on, 355 to test on."""

    name: ClassVar[str] = "digits"
    epochs: ClassVar[int] = 5
    batch_size: ClassVar[int] = 10
    learning_rate: ClassVar[float] = 0.5

    def model(self) -> nn.Module:
        """Build a 64-64-10 perceptron with ReLU, 4,810 parameters.

        One hidden layer on purpose: at rates that learn in ten rounds, networks with two lose a skewed
        round now and then and end near 0.85, while this one does not.
        """
        return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))

    def data(self) -> TaskData:
        """Load the images and split them, always the same way."""
        # Here and not above: this import takes a second, and most commands never need the data.
        from sklearn.datasets import load_digits

        pixels, labels = load_digits(return_X_y=True)
        test = np.zeros(len(labels), dtype=np.bool_)
        for digit in range(10):
            test[np.flatnonzero(labels == digit)[_TEST_EVERY - 1 :: _TEST_EVERY]] = True
        inputs = torch.as_tensor(pixels / _BRIGHTEST, dtype=torch.float32)
        targets = torch.as_tensor(labels, dtype=torch.int64)
        held_out = torch.from_numpy(test)
        return TaskData(
            train_inputs=inputs[~held_out],
            train_targets=targets[~held_out],
            test_inputs=inputs[held_out],
            test_targets=targets[held_out],
        )
