"""Fashion-MNIST, 28 by 28 pixels, from the files of Debian's package, with the two networks of the FedAvg paper.

Networks: McMahan et al. 1602.05629, section 3, which has them for MNIST; the images have the same shape.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Final

import torch
from torch import Tensor, nn

from fl_client.errors import ConfigError, LearningError
from fl_client.learning.task import ClassificationTask, TaskData
from fl_client.learning.tasks.idx import read_idx

PACKAGE: Final = "dataset-fashion-mnist"
PACKAGE_FOLDER: Final = Path("/usr/share/datasets/fashion-mnist")
"""Where Debian's package puts its four files."""

CLASSES: Final = 10
SIDE: Final = 28
_TRAIN, _TEST = 60_000, 10_000
"""Samples that the two parts have; a folder of the user's own may hold fewer."""

_BRIGHTEST: Final = 255.0


class FashionMnist(ClassificationTask):
    """70,000 images of ten kinds of clothing, pixels in [0, 1]; 60,000 to train on, 10,000 to test on."""

    name: ClassVar[str] = "fashion-mnist"
    epochs: ClassVar[int] = 5
    batch_size: ClassVar[int] = 10
    learning_rate: ClassVar[float] = 0.1

    def __init__(self, data_dir: Path | None = None) -> None:
        """Make the task.

        Args:
            data_dir: folder of the four IDX files, gzipped or not; Debian's by default.
        """
        self.folder = PACKAGE_FOLDER if data_dir is None else data_dir

    def model(self) -> nn.Module:
        """Build the paper's CNN, 1,663,370 parameters.

        Two 5x5 convolutions with 32 and 64 channels that keep the size ("same" padding: only so does the
        paper's count come out), each followed by 2x2 max pooling, then 512 units and the logits.
        """
        return nn.Sequential(
            nn.Conv2d(1, 32, 5, padding=2),  # (n, 32, 28, 28)
            # Pooled first: the maximum of rectified values is the rectified maximum, of a quarter as many.
            nn.MaxPool2d(2),
            nn.ReLU(),
            nn.Conv2d(32, 64, 5, padding=2),  # (n, 64, 14, 14)
            nn.MaxPool2d(2),
            nn.ReLU(),
            nn.Flatten(),  # (n, 3136)
            nn.Linear(64 * 7 * 7, 512),
            nn.ReLU(),
            nn.Linear(512, CLASSES),
        )

    def data(self) -> TaskData:
        """Read the four files; float32 (n, 1, 28, 28) and int64 (n,).

        Raises:
            ConfigError: the folder or one of the files is missing.
            LearningError: a file is not what it must be.
        """
        train_inputs, train_targets = self._part("train", _TRAIN)
        test_inputs, test_targets = self._part("t10k", _TEST)
        return TaskData(
            train_inputs=train_inputs,
            train_targets=train_targets,
            test_inputs=test_inputs,
            test_targets=test_targets,
        )

    def _part(self, part: str, most: int) -> tuple[Tensor, Tensor]:
        label_file, image_file = (
            self._find(f"{part}-labels-idx1-ubyte"),
            self._find(f"{part}-images-idx3-ubyte"),
        )
        labels = read_idx(label_file, most=most)
        if int(labels.max()) >= CLASSES:
            raise LearningError(
                f"{label_file} has label {int(labels.max())}: labels go from 0 to {CLASSES - 1}"
            )
        pixels = read_idx(image_file, most=most, row=(SIDE, SIDE))
        if len(pixels) != len(labels):
            raise LearningError(
                f"{image_file} has {len(pixels)} images and {label_file} {len(labels)} labels"
            )
        images = torch.tensor(pixels, dtype=torch.float32).div_(_BRIGHTEST).unsqueeze(1)  # (n, 1, 28, 28)
        return images, torch.tensor(labels, dtype=torch.int64)

    def _find(self, name: str) -> Path:
        for found in (self.folder / name, self.folder / f"{name}.gz"):
            if found.exists():
                return found
        raise ConfigError(
            f"there is no {name}[.gz] in {self.folder}: install Debian's package {PACKAGE}, or name the folder"
            " of its four files with --data"
        )


class FashionMnist2NN(FashionMnist):
    """The same images with the paper's perceptron."""

    name: ClassVar[str] = "fashion-mnist-2nn"

    def model(self) -> nn.Module:
        """Build the paper's 2NN, 784-200-200-10 with ReLU, 199,210 parameters."""
        return nn.Sequential(
            nn.Flatten(),
            nn.Linear(SIDE * SIDE, 200),
            nn.ReLU(),
            nn.Linear(200, 200),
            nn.ReLU(),
            nn.Linear(200, CLASSES),
        )
