"""`fl task`: a starter that works, and a check that says in one line each what is wrong."""

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fl_client.cli.app import main

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def fl(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """The command line in this process, in a folder of its own: exit code, output, errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["fl", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        text = capfd.readouterr()
        return int(ended.value.code or 0), text.out, text.err

    return run


@pytest.mark.parametrize(
    ("where", "file", "class_name"),
    [
        ("my_task", "my_task.py", "MyTask"),
        ("House prices", "House_prices.py", "HousePrices"),
        ("sub/heart-rate", "sub/heart_rate.py", "HeartRate"),
        ("sub/own name.py", "sub/own name.py", "OwnName"),
    ],
)
def test_a_new_task_is_written_and_passes_its_check(
    fl: Command, tmp_path: Path, where: str, file: str, class_name: str
) -> None:
    (tmp_path / "sub").mkdir()
    code, out, _ = fl("task", "new", where)
    assert code == 0 and (tmp_path / file).is_file()
    check, demo = (shlex.split(line) for line in out.splitlines()[1:])
    assert check == ["fl", "task", "check", f"{file}:{class_name}"]
    assert demo[:4] == ["fl", "demo", "--task", f"{file}:{class_name}"]
    code, out, _ = fl(*check[1:])
    assert (code, out.splitlines()[-1]) == (0, "all is well")


def test_a_file_that_is_there_is_not_overwritten(fl: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("years of work")
    code, _, err = fl("task", "new", "mine")
    assert code == 3 and "mine.py already" in err and err.count("\n") == 1
    assert (tmp_path / "mine.py").read_text() == "years of work"


@pytest.mark.parametrize(
    ("where", "told"),
    [("3d", "begins with a letter"), ("...", "begins with a letter"), ("true", "begins with a letter")]
    + [
        ("torch", "hide the installed module 'torch'"),
        ("random.py", "hide"),
        ("fl_client", "hide"),
        ("no/where", "cannot write"),
    ],
)
def test_a_name_of_which_no_file_can_be_made_is_refused(
    fl: Command, tmp_path: Path, where: str, told: str
) -> None:
    code, _, err = fl("task", "new", where)
    assert code == 3 and told in err and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_check_tells_the_figures_of_a_task(fl: Command) -> None:
    code, out, _ = fl("task", "check", "digits", "--json")
    found = json.loads(out)
    facts = found["facts"]
    assert code == 0 and found["faults"] == [] == found["notes"]
    assert facts.pop("epoch_seconds") > 0
    assert facts == {
        "name": "digits",
        "parameters": 4_810,
        "dimension": 4_810,
        "train_samples": 1_442,
        "test_samples": 355,
        "classes": 10,
        "timed_samples": 300,
    }


def test_check_says_every_fault_in_a_line_of_its_own(fl: Command, tmp_path: Path) -> None:
    fl("task", "new", "mine")
    path = tmp_path / "mine.py"
    path.write_text(
        path.read_text().replace("epochs = 5", "epochs = -5")
        + "\n    def metric(self, model, inputs, targets):\n        return 50.0\n"
        + "\n    def loss(self, outputs, targets):\n        return 1.0\n"
    )
    code, out, err = fl("task", "check", "mine.py:Mine")
    assert code == 3 and err == ""
    assert [line.split(": ")[:2] for line in out.splitlines()] == [
        ["wrong", "epochs is -5"],
        ["wrong", "loss() returned a float"],
        ["wrong", "metric() is 50.0 and is called accuracy, which goes from 0 to 1"],
    ]


def test_check_of_a_task_that_is_not_there_is_one_line(fl: Command) -> None:
    code, out, err = fl("task", "check", "nowhere.py:Mine")
    assert code == 3 and out == "" and "nowhere.py" in err and err.count("\n") == 1


def test_check_says_where_data_were_looked_for(fl: Command, tmp_path: Path) -> None:
    code, out, _ = fl("task", "check", "fashion-mnist", "--data", str(tmp_path / "empty"))
    assert code == 3 and out.startswith("wrong: ") and str(tmp_path / "empty") in out


@pytest.mark.parametrize("command", ["new", "check"])
def test_help_has_an_example(fl: Command, command: str) -> None:
    assert f"Example: fl task {command}" in fl("task", command, "--help")[1]
