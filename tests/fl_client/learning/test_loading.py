"""Finding a task: every slip of the pen is told in one line that says where."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fl_client.errors import ConfigError, GradbondError, LearningError
from fl_client.learning.checking import check_task
from fl_client.learning.loading import load_task

IRIS = '''
"""A whole task of one's own."""
import torch
from sklearn.datasets import load_iris
from torch import nn

from fl_client.learning import ClassificationTask, TaskData


class Iris(ClassificationTask):
    learning_rate = 0.05

    def model(self):
        return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))

    def data(self):
        flowers, kinds = load_iris(return_X_y=True)
        inputs, targets = torch.tensor(flowers).float(), torch.tensor(kinds)
        test = torch.arange(len(targets)) % 5 == 0
        return TaskData(
            train_inputs=inputs[~test], train_targets=targets[~test],
            test_inputs=inputs[test], test_targets=targets[test],
        )
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty current directory; modules imported from it are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def refusal(name: str, kind: type[GradbondError]) -> str:
    with pytest.raises(kind) as raised:
        load_task(name)
    message = str(raised.value)
    assert "\n" not in message
    return message


def test_built_in_task_is_found_by_name() -> None:
    assert load_task("digits").name == "digits"


def test_misspelt_built_in_task_is_corrected() -> None:
    assert "did you mean digits?" in refusal("digit", ConfigError)


def test_own_module_in_the_current_directory_is_loaded(folder: Path) -> None:
    (folder / "flowers.py").write_text(IRIS)
    task = load_task("flowers:Iris")
    assert task.name == "iris"
    assert len(check_task(task).test_targets) == 30


def test_own_file_is_loaded_by_path(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "flowers.py").write_text(IRIS)
    assert load_task("deep/flowers.py:Iris").name == "iris"


def test_own_file_imports_its_neighbour(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "neighbour_of_mine.py").write_text("RATE = 0.25")
    (folder / "deep" / "near.py").write_text(
        "import neighbour_of_mine\n" + IRIS.replace("0.05", "neighbour_of_mine.RATE")
    )
    assert getattr(load_task("deep/near.py:Iris"), "learning_rate") == 0.25  # noqa: B009


def test_two_files_of_one_name_do_not_mix(folder: Path) -> None:
    for number in (1, 2):
        (folder / str(number)).mkdir()
        (folder / str(number) / "same.py").write_text(
            IRIS.replace("    learning", f'    name = "{number}"\n    learning')
        )
    assert [load_task(f"{number}/same.py:Iris").name for number in (1, 2)] == ["1", "2"]


def test_class_that_derives_from_nothing_is_loaded(folder: Path) -> None:
    (folder / "plain_task.py").write_text(
        "class Plain:\n    name = 'plain'\n    model = data = loss = metric = lambda self: None\n"
    )
    assert load_task("plain_task:Plain").name == "plain"


def test_misspelt_module_is_corrected(folder: Path) -> None:
    (folder / "flowers.py").write_text(IRIS)
    message = refusal("flower:Iris", ConfigError)
    assert "no module 'flower' (did you mean flowers?)" in message


def test_misspelt_file_is_corrected(folder: Path) -> None:
    (folder / "flowers.py").write_text(IRIS)
    assert "did you mean flowers.py?" in refusal("flower.py:Iris", ConfigError)


def test_misspelt_class_is_corrected(folder: Path) -> None:
    (folder / "flowers.py").write_text(IRIS)
    message = refusal("flowers.py:iriss", ConfigError)
    assert "no class iriss (did you mean Iris?): it has Iris" in message


def test_name_of_something_else_is_refused(folder: Path) -> None:
    (folder / "values.py").write_text("Iris = 3")
    assert "is a int: name a class" in refusal("values.py:Iris", ConfigError)


@pytest.mark.parametrize("name", ["", ":", "digits:", ":Iris", "a b:Iris", "flowers:Iris.Deep", "flowers/:X"])
def test_name_of_no_known_form_is_refused(folder: Path, name: str) -> None:
    assert "path/to/file.py:Class" in refusal(name, ConfigError)


def test_missing_dependency_of_own_module_is_named(folder: Path) -> None:
    (folder / "needy.py").write_text("import no_such_package_anywhere\n")
    message = refusal("needy:Iris", LearningError)
    assert "needy does not import" in message
    assert "no_such_package_anywhere" in message
    assert "needy.py, line 1" in message


@pytest.mark.parametrize("name", ["wrong:Iris", "wrong.py:Iris"])
@pytest.mark.parametrize("code", ["class Iris(:\n", "import torch\n1 / 0\n", "raise SystemExit(3)\n"])
def test_own_module_that_does_not_run_is_told_in_one_line(folder: Path, name: str, code: str) -> None:
    (folder / "wrong.py").write_text(code)
    message = refusal(name, LearningError)
    assert "does not import" in message
    assert "wrong.py, line" in message


def test_missing_methods_are_named(folder: Path) -> None:
    (folder / "part.py").write_text("class Part:\n    name = 'part'\n    def model(self): ...\n")
    assert "Part has no data(), loss(), metric()" in refusal("part.py:Part", LearningError)


def test_missing_name_is_told(folder: Path) -> None:
    (folder / "anonymous.py").write_text("class Plain:\n    model = data = loss = metric = print\n")
    assert "Plain has no name" in refusal("anonymous.py:Plain", LearningError)


def test_class_that_needs_arguments_is_refused(folder: Path) -> None:
    (folder / "eager.py").write_text(
        IRIS.replace("    learning", "    def __init__(self, path): ...\n    learning")
    )
    assert "cannot be made without arguments" in refusal("eager.py:Iris", LearningError)
