"""Tumours told apart by 30 measurements: an own loss, an own metric, and dropout, in one file.

    fl task check examples/breast_cancer.py:BreastCancer
    fl demo --task examples/breast_cancer.py:BreastCancer --participants 3 --rounds 5 --out runs/breast-cancer

The data (569 samples, Wisconsin diagnostic) come with scikit-learn.
"""

import torch
from torch import Tensor, nn

from fl_client import learning

SCALES = torch.tensor([40.0, 50.0, 250.0, 4000.0, 0.25, 0.5, 0.5, 0.25, 0.5, 0.125])
"""What the ten measurements stay below, as one reads it off their units: radius, texture, perimeter, area,
smoothness, compactness, concavity, concave points, symmetry, fractal dimension."""

ERROR_SCALES = SCALES / 16
"""The same for their standard errors, which are so much smaller."""


class BreastCancer(learning.ClassificationTask):
    """Malignant (0) or benign (1), from mean, standard error and worst value of ten measurements."""

    name = "breast-cancer"
    metric_name = "balanced accuracy"
    epochs = 5
    batch_size = 10
    learning_rate = 0.1

    def model(self) -> nn.Module:
        """Build a 30-32-2 perceptron with dropout, 1,058 parameters.

        Dropout draws from torch's generator, which a trainer seeds from its own seed and the round: a
        training can be repeated bit for bit, and scoring switches dropout off.

        No batch norm, for two reasons. Its running statistics are buffers, so they travel with the weights
        and are averaged like them, but each trainer's batches were normalised by its own samples: with
        skewed shares the average fits nobody. And it fails on a batch of one sample, which is what is left
        of a share of 101 samples in batches of ten. LayerNorm and GroupNorm have neither trouble.
        """
        return nn.Sequential(nn.Linear(30, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 2))

    def data(self) -> learning.TaskData:
        """Load the samples, every fifth to test on.

        Scaled by constants that need no look at the data: subtracting the mean of all training samples
        would use a number that no single trainer of a real federation knows.
        """
        from sklearn.datasets import load_breast_cancer

        values, labels = load_breast_cancer(return_X_y=True)
        scales = torch.cat([SCALES, ERROR_SCALES, SCALES])  # (30,)
        inputs = torch.as_tensor(values, dtype=torch.float32) / scales
        targets = torch.as_tensor(labels, dtype=torch.int64)
        test = torch.arange(len(targets)) % 5 == 4
        return learning.TaskData(
            train_inputs=inputs[~test],
            train_targets=targets[~test],
            test_inputs=inputs[test],
            test_targets=targets[test],
        )

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Cross-entropy in which a malignant sample counts as much as 357/212 benign ones."""
        return nn.functional.cross_entropy(outputs, targets, weight=outputs.new_tensor([357 / 212, 1.0]))

    def metric(self, model: nn.Module, inputs: Tensor, targets: Tensor) -> float:
        """Mean of the two classes' recalls, in [0, 1]: always saying "benign" scores one half."""
        right = learning.model_outputs(model, inputs).argmax(dim=1) == targets
        recalls = [float(right[targets == label].double().mean()) for label in targets.unique()]
        return sum(recalls) / len(recalls)
