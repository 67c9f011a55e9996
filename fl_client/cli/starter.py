"""The file that `fl task new` writes."""

from __future__ import annotations

import importlib.util
import keyword
import re
import sys
import sysconfig
from pathlib import Path

from fl_client.errors import ConfigError

_STARTER = '''"""A federated task: a model, its data, and how training begins. Change what you like, then run

    fl task check {path}:{class_name}
    fl demo --task {path}:{class_name} --participants 3 --rounds 5 --out runs/{name}
"""

import torch
from torch import nn

from fl_client import learning


class {class_name}(learning.ClassificationTask):
    """Three kinds of iris told apart by four lengths in centimetres; replace them by your own data."""

    name = "{name}"

    # Local training between two global models; options of `fl demo` go first.
    epochs = 5  # passes over a trainer's share
    batch_size = 10  # samples in a step, 0 for the whole share at once
    learning_rate = 0.1

    def model(self) -> nn.Module:
        """Build the network; torch is seeded before, so draw from nothing but torch's own generator.

        It takes a batch of inputs (n, 4) and returns logits (n, classes). Weights and floating-point buffers
        go around as numbers within +-2048 at a step of one millionth: keep inputs of the order of one.
        """
        return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))

    def data(self) -> learning.TaskData:
        """Load the data: the same on every machine and at every call. Training rows are shared out."""
        from sklearn.datasets import load_iris

        values, labels = load_iris(return_X_y=True)
        inputs = torch.as_tensor(values, dtype=torch.float32) / 10
        targets = torch.as_tensor(labels, dtype=torch.int64)  # 0, 1 or 2
        test = torch.arange(len(targets)) % 5 == 4  # every fifth row scores the models
        return learning.TaskData(
            train_inputs=inputs[~test],
            train_targets=targets[~test],
            test_inputs=inputs[test],
            test_targets=targets[test],
        )

    # Cross-entropy and accuracy come from ClassificationTask. For another loss or metric, write
    # loss(self, outputs, targets), which returns the batch's mean as a scalar tensor, and
    # metric(self, model, inputs, targets), which returns a float, larger is better; name it in metric_name.
'''


def write_starter(where: str) -> tuple[Path, str]:
    """Write a task that works, to be changed by its user.

    Args:
        where: a name, of which a file in the current folder is made, or the path of a .py file.

    Returns:
        The file, and the name of the class in it.

    Raises:
        ConfigError: no file can be made of this name, or there is one already.
    """
    path = Path(where) if where.endswith(".py") else Path(re.sub(r"[^\w/\\.]+", "_", where.strip()) + ".py")
    words = [word for word in re.split(r"[\W_]+", path.stem) if word]
    class_name = "".join(word[0].upper() + word[1:] for word in words)
    if not class_name.isidentifier() or keyword.iskeyword(class_name):
        raise ConfigError(f"no class can be named after {where!r}: give a name that begins with a letter")
    _check_hides_nothing(path)
    text = _STARTER.format(path=path, class_name=class_name, name="-".join(words).lower())
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as problem:
        raise ConfigError(f"there is a file {path} already: choose another name") from problem
    except OSError as problem:
        raise ConfigError(f"cannot write {path}: {problem.strerror}") from problem
    return path, class_name


def _check_hides_nothing(path: Path) -> None:
    """A file's folder goes first on the import path, so that torch.py would stand in for torch."""
    spec = importlib.util.find_spec(path.stem) if path.stem.isidentifier() else None
    origin = (spec and spec.origin) or ""
    installed = any(origin.startswith(sysconfig.get_path(kind)) for kind in ("purelib", "platlib"))
    if installed or path.stem in sys.stdlib_module_names or path.stem == __name__.partition(".")[0]:
        raise ConfigError(f"{path.name} would hide the installed module {path.stem!r}: choose another name")
