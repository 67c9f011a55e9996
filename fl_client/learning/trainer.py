"""Local training on one trainer's share: stochastic gradient descent (FedAvg, ClientUpdate), or SVRG."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn

from fl_client.errors import ConfigError, LearningError
from fl_client.learning.svrg import Anchor, Gradients, slopes
from fl_client.learning.task import Samples, Task
from fl_client.learning.user_code import user_code

Loss = Callable[[Tensor, Tensor], Tensor]
"""(outputs, targets) -> the batch's mean loss, a scalar."""

SOLVERS: Final = ("sgd", "svrg")
"""Local solvers by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTraining:
    """How a trainer trains between two global models.

    Args:
        epochs: passes over the share, E >= 1.
        batch_size: samples in a step, B >= 1, or 0 for the whole share (B = infinity in the paper).
        learning_rate: step length, > 0. With `svrg` it is beta, the length of a whole pass: a step is
            beta / ceil(n / B), with B = 1 BlockFL's beta/N_i.
        solver: `sgd`, or `svrg` with the share's own gradient (see ``svrg``).

    Raises:
        ConfigError: a value is out of its range.

    >>> LocalTraining(epochs=5, batch_size=10, learning_rate=0.3).steps(samples=237)
    120
    >>> LocalTraining(epochs=1, batch_size=0, learning_rate=0.3).steps(samples=237)
    1
    """

    epochs: int
    batch_size: int
    learning_rate: float
    solver: str = "sgd"

    def __post_init__(self) -> None:
        if not _is_count(self.epochs) or self.epochs < 1:
            raise ConfigError(f"epochs is {self.epochs!r}: give a whole number from 1")
        if not _is_count(self.batch_size) or self.batch_size < 0:
            raise ConfigError(f"batch_size is {self.batch_size!r}: give a whole number from 1, or 0 for all")
        rate = self.learning_rate
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate < math.inf:
            raise ConfigError(f"learning_rate is {rate!r}: give a finite number above 0")
        if self.solver not in SOLVERS:
            raise ConfigError(f"solver is {self.solver!r}: give {' or '.join(SOLVERS)}")

    def steps(self, *, samples: int) -> int:
        """Count the steps that a share of this many samples takes, u = E * ceil(n / B)."""
        return self.epochs * (math.ceil(samples / self.batch_size) if self.batch_size else 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingReport:
    """What one local training did.

    Args:
        samples: size of the share, n_k: the weight of the update in FedAvg.
        steps: steps of gradient descent taken.
        mean_loss: loss before each step, averaged over all samples of all epochs.
    """

    samples: int
    steps: int
    mean_loss: float


def parse_batch_size(text: str) -> int:
    """Read a batch size from a command line.

    Args:
        text: a whole number, or `inf` (also `full`) for the whole share.

    Returns:
        The batch size, 0 for the whole share.

    Raises:
        ConfigError: the text is neither.

    >>> parse_batch_size("10"), parse_batch_size("inf")
    (10, 0)
    """
    word = text.strip().lower()
    if word in ("inf", "full"):
        return 0
    if not (word.isascii() and word.isdigit()):
        raise ConfigError(f"batch size {text!r} is unknown: give a whole number, or 'inf' for all samples")
    return int(word)


def training_defaults(task: Task) -> LocalTraining:
    """Read a task's own defaults for local training; what it does not set is SGD, E=5, B=10, rate 0.1.

    Raises:
        ConfigError: the task sets a value out of its range.
    """
    return LocalTraining(
        epochs=getattr(task, "epochs", 5),
        batch_size=getattr(task, "batch_size", 10),
        learning_rate=getattr(task, "learning_rate", 0.1),
        solver=getattr(task, "solver", "sgd"),
    )


def resolve_device(name: str) -> torch.device:
    """Find the device to train on.

    Args:
        name: `auto` (CUDA when there is one, else the CPU), `cpu`, `cuda` or `cuda:N`.

    Raises:
        ConfigError: no such device on this machine.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ConfigError(f"device {name!r} is unknown: give auto, cpu, cuda or cuda:N") from error
    if device.type not in ("cpu", "cuda"):
        raise ConfigError(f"device {name!r} is not supported: give auto, cpu, cuda or cuda:N")
    # torch keeps the number in eight bits, so a large one comes back as another: compare it as written.
    if device.type == "cuda" and (str(device) != name or (device.index or 0) >= torch.cuda.device_count()):
        raise ConfigError(
            f"device {name!r} is not there: torch sees {torch.cuda.device_count()} CUDA devices, use cpu"
        )
    return device


@contextmanager
def reproducible(device: torch.device) -> Iterator[None]:
    """Make torch's arithmetic the same from run to run inside the block, and restore the settings after.

    One thread, because two threads add in another order and give other bits even for a small net.
    On CUDA also torch's deterministic kernels; on the CPU they change nothing with one thread, and
    switching them on loads torch's compiler (two seconds).
    """
    threads = torch.get_num_threads()
    deterministic = torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    torch.set_num_threads(1)
    if device.type == "cuda":
        torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        if device.type == "cuda":
            torch.use_deterministic_algorithms(deterministic, warn_only=warn_only)


def build_model(task: Task, *, seed: int) -> nn.Module:
    """Build a task's model so that the seed alone decides its parameters.

    Args:
        seed: 0 <= seed < 2^64.

    Returns:
        A fresh model on the CPU; torch's global random state is as before.

    Raises:
        LearningError: the task's `model()` failed.
    """
    with torch.random.fork_rng(devices=[]), reproducible(torch.device("cpu")):
        torch.manual_seed(seed)
        with user_code("model()"):
            return task.model()


def train(
    model: nn.Module,
    data: Samples,
    settings: LocalTraining,
    loss: Loss,
    generator: torch.Generator,
    device: torch.device,
) -> TrainingReport:
    """Train a model in place by SGD or SVRG: E epochs, each a fresh shuffle cut into batches of B.

    Same model, data, settings and generator state give the same bits on the same build of torch.
    With E = 1 and B = 0 it is FedSGD's single full-batch step. McMahan et al. 1602.05629, algorithm 1.

    Args:
        model: changed in place; is moved to `device` and stays there.
        data: this trainer's share, n >= 1 samples.
        loss: the task's loss, mean over the batch.
        generator: a CPU generator; the only source of shuffles, and of a model's own dropout.
        device: where to compute.

    Raises:
        LearningError: the share is empty, or the task's code fails, or the loss or a parameter becomes NaN
            or infinite.
    """
    if len(data) == 0:
        raise LearningError("this trainer's share is empty: give it at least one sample")
    model.to(device).train()
    samples = data.to(device)
    batch_size = settings.batch_size or len(samples)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    # Dropout and its like draw from torch's global state: seed that from the generator, then give it back.
    model_seed = int(torch.randint(2**62, (), generator=generator))
    steps, total = 0, 0.0
    with (
        reproducible(device),
        torch.random.fork_rng(devices=[device] if device.type == "cuda" else []),
        user_code("training"),
    ):
        torch.manual_seed(model_seed)
        for epoch in range(settings.epochs):
            order = torch.randperm(len(samples), generator=generator).to(device)
            batches = torch.split(order, batch_size)
            rate, anchor = settings.learning_rate, None
            if settings.solver == "svrg":
                rate /= len(batches)
                anchor = Anchor(model, samples.inputs, samples.targets, loss)
            for rows in batches:
                random = torch.get_rng_state()
                value = loss(model(samples.inputs[rows]), samples.targets[rows])
                gradients = slopes(trained, value)
                if anchor is not None:
                    gradients = anchor.corrected(gradients, rows, random)
                _descend(trained, gradients, rate)
                steps += 1
                total += _finite_loss(float(value.detach()), settings, epoch, steps) * len(rows)
    _check_parameters(model, settings)
    return TrainingReport(samples=len(data), steps=steps, mean_loss=total / (settings.epochs * len(data)))


def _descend(parameters: list[nn.Parameter], gradients: Gradients, rate: float) -> None:
    """Step against the gradient, w <- w - rate * g; a parameter that the loss does not reach stays.

    Written out because the first step of a `torch.optim` optimiser loads torch's compiler (two seconds).
    """
    with torch.no_grad():
        for parameter, gradient in zip(parameters, gradients, strict=True):
            if gradient is not None:
                parameter.sub_(gradient, alpha=rate)


def _finite_loss(value: float, settings: LocalTraining, epoch: int, step: int) -> float:
    if not math.isfinite(value):
        raise LearningError(
            f"the loss became {value} at step {step} (epoch {epoch + 1} of {settings.epochs}):"
            f" lower the learning rate, now {settings.learning_rate}"
        )
    return value


def _check_parameters(model: nn.Module, settings: LocalTraining) -> None:
    for name, parameter in model.named_parameters():
        if not bool(torch.isfinite(parameter).all()):
            raise LearningError(
                f"training made parameter {name!r} NaN or infinite:"
                f" lower the learning rate, now {settings.learning_rate}"
            )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
