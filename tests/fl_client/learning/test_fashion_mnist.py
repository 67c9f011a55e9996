"""Fashion-MNIST: the paper's two networks, and the four files wherever they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from fl_client.errors import ConfigError, GradbondError, LearningError
from fl_client.learning import LocalTraining, build_model, check_task, evaluate, load_task, train
from fl_client.learning.tasks.fashion_mnist import PACKAGE_FOLDER

from .idx_files import FILES, idx_bytes, write_data_set

NAMES = ("fashion-mnist", "fashion-mnist-2nn")
installed = pytest.mark.skipif(not PACKAGE_FOLDER.is_dir(), reason="needs Debian's dataset-fashion-mnist")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # Two convolutions, two dense layers; each has its weights and a bias a channel or unit.
        ("fashion-mnist", (25 + 1) * 32 + (25 * 32 + 1) * 64 + (49 * 64 + 1) * 512 + (512 + 1) * 10),
        ("fashion-mnist-2nn", (784 + 1) * 200 + (200 + 1) * 200 + (200 + 1) * 10),
    ],
)
def test_networks_have_the_papers_parameters(name: str, expected: int) -> None:
    count = sum(parameter.numel() for parameter in build_model(load_task(name), seed=0).parameters())
    assert count == expected == {"fashion-mnist": 1_663_370, "fashion-mnist-2nn": 199_210}[name]


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("name", NAMES)
def test_a_folder_of_the_users_own_is_read(tmp_path: Path, name: str, zipped: bool) -> None:
    data = check_task(load_task(name, data_dir=write_data_set(tmp_path, zipped=zipped)))
    assert (len(data.train), len(data.test)) == (FILES["train"], FILES["t10k"])
    assert data.train_inputs.dtype is torch.float32 and data.train_inputs.shape[1:] == (1, 28, 28)
    assert float(data.train_inputs.min()) >= 0 and float(data.train_inputs.max()) == 1.0
    assert data.test_targets[:11].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0]


@pytest.mark.parametrize("name", NAMES)
def test_the_networks_learn(tmp_path: Path, name: str) -> None:
    task = load_task(name, data_dir=write_data_set(tmp_path))
    data, model, cpu = task.data(), build_model(task, seed=0), torch.device("cpu")
    settings = LocalTraining(epochs=15, batch_size=10, learning_rate=0.1)
    train(model, data.train, settings, task.loss, torch.Generator().manual_seed(0), cpu)
    assert evaluate(model, task, data.test, cpu).metric >= 0.9


def test_missing_files_are_told_with_folder_package_and_option(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refusal:
        check_task(load_task("fashion-mnist", data_dir=tmp_path))
    for word in (str(tmp_path), "dataset-fashion-mnist", "--data", "train-labels-idx1-ubyte"):
        assert word in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("file", "values", "told"),
    [
        ("train-labels-idx1-ubyte", np.array([3, 10] * 30), "has label 10: labels go from 0 to 9"),
        ("t10k-labels-idx1-ubyte", np.arange(29) % 10, "30 images and .* 29 labels"),
        ("train-images-idx3-ubyte", np.zeros((60, 28, 27)), "has rows of 28 x 27: only 28 x 28"),
        ("t10k-images-idx3-ubyte", np.zeros((10_001, 28, 28)), "announces 10001 rows: 1 to 10000"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, file: str, values: np.ndarray, told: str) -> None:
    (write_data_set(tmp_path) / file).write_bytes(idx_bytes(values.astype(np.uint8)))
    with pytest.raises(LearningError, match=told) as refusal:
        check_task(load_task("fashion-mnist", data_dir=tmp_path))
    assert file in str(refusal.value)


def test_a_folder_for_a_task_that_reads_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'digits' reads no folder of data: leave out --data"):
        load_task("digits", data_dir=tmp_path)


def test_a_users_task_may_read_a_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from fl_client.learning import ClassificationTask\n\n"
        "class Mine(ClassificationTask):\n"
        "    def __init__(self, data_dir=None):\n"
        "        self.folder = data_dir\n"
    )
    task = load_task(f"{tmp_path}/mine.py:Mine", data_dir=tmp_path)
    assert task.folder == tmp_path  # type: ignore[attr-defined]


@installed
def test_debians_package_is_the_whole_data_set() -> None:
    data = load_task("fashion-mnist").data()
    assert torch.bincount(data.train_targets).tolist() == [6_000] * 10
    assert torch.bincount(data.test_targets).tolist() == [1_000] * 10
    assert (float(data.train_inputs.min()), float(data.train_inputs.max())) == (0.0, 1.0)
    # Published mean and deviation of the training pixels.
    assert float(data.train_inputs.mean()) == pytest.approx(0.2860, abs=5e-5)
    assert float(data.train_inputs.std()) == pytest.approx(0.3530, abs=5e-5)


def test_without_a_folder_debians_is_read() -> None:
    if PACKAGE_FOLDER.is_dir():
        pytest.skip("the package is installed, its files are read in the test above")
    with pytest.raises(GradbondError, match=str(PACKAGE_FOLDER)):
        load_task("fashion-mnist").data()
