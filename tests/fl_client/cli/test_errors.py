"""Whatever a user gets wrong ends in one line that says what to do, and a non-zero exit code."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from fl_client.cli.app import main


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left."""

    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Done]


@pytest.fixture
def fl(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command line in this process: a process of its own takes seconds to import what it needs."""

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["fl", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        text = capfd.readouterr()
        return Done(int(ended.value.code or 0), text.out, text.err)

    return run


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--participants", "2"), "--participants"),
        (("--rounds", "0"), "--rounds"),
        (("--rule", "crumb"), "COMBINE mean, median or trimmed-mean:BETA"),
        (("--rule", "median:3"), "--rule"),
        (("--rule", "krum:2"), "plan at least 7 trainers, not 6"),
        (("--rule", "trimmed-mean:0.5"), "below 0.5"),
        (("--rule", "trimmed-mean:0.12345"), "0.0001"),
        (("--fraction", "1.5"), "--fraction"),
        (("--partition", "sorted"), "partition"),
        (("--task", "digitz"), "digits"),
        (("--task", "no_such_module:Task"), "no_such_module"),
        (("--batch-size", "many"), "many"),
        (("--lr", "-1"), "learning_rate"),
        (("--seed", "-1"), "--seed"),
        (("--no-such-option",), "--no-such-option"),
        (("--device", "cuda:99"), "cuda"),
        (("--data", "nowhere"), "--data nowhere"),
        (("--ipfs", "http://127.0.0.1:5001"), "--ipfs goes with --network"),
        (("--task", "fashion-mnist", "--data", "nowhere"), "dataset-fashion-mnist"),
    ],
)
def test_a_wrong_option_is_named_in_one_line(
    fl: Command, tmp_path: Path, arguments: tuple[str, ...], word: str
) -> None:
    done = fl("demo", "--out", str(tmp_path / "run"), *arguments)
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1 and word in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_with_a_users_own_files_is_left_alone(fl: Command, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    done = fl("demo", "--out", str(tmp_path))
    assert done.returncode == 3 and "thesis.tex" in done.stderr
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_with_json_an_error_is_one_object(fl: Command, tmp_path: Path) -> None:
    done = fl("demo", "--out", str(tmp_path / "run"), "--rounds", "0", "--json")
    found = json.loads(done.stdout)
    assert found["exit_code"] == done.returncode != 0 and "--rounds" in found["error"]


def test_debug_shows_the_traceback(fl: Command, tmp_path: Path) -> None:
    assert "Traceback" in fl("demo", "--out", str(tmp_path / "run"), "--rounds", "0", "--debug").stderr


def test_a_task_file_with_a_typo_is_named_with_its_line(fl: Command, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        "from fl_client.learning import ClassificationTask\n\nclass Mine(ClassificationTask)\n    pass\n"
    )
    done = fl("demo", "--out", str(tmp_path / "run"), "--task", f"{path}:Mine")
    assert done.returncode != 0 and done.stderr.count("\n") == 1
    assert "mine.py" in done.stderr and "3" in done.stderr


def test_more_validators_than_test_samples_are_refused(fl: Command, tmp_path: Path) -> None:
    path = tmp_path / "tiny.py"
    path.write_text(
        "from dataclasses import replace\nfrom fl_client.learning.tasks import Digits\n\n"
        "class Tiny(Digits):\n    def data(self):\n        whole = super().data()\n"
        "        return replace(whole, test_inputs=whole.test_inputs[:4], test_targets=whole.test_targets[:4])\n"
    )
    done = fl("demo", "--out", str(tmp_path / "run"), "--task", f"{path}:Tiny", "--validators", "5")
    assert done.returncode == 3 and done.stderr.count("\n") == 1
    assert "--validators is 5, the task has 4 test samples" in done.stderr


def test_audit_of_a_broken_head_is_refused(fl: Command, tmp_path: Path) -> None:
    done = fl("audit", str(tmp_path), "--head", "0x12")
    assert done.returncode == 3 and "--head" in done.stderr


def test_the_version_is_printed(fl: Command) -> None:
    assert fl("--version").stdout.strip() == "0.1.0"


def test_each_command_has_an_example_in_its_help(fl: Command) -> None:
    for command in ("demo", "audit"):
        assert f"Example: fl {command}" in fl(command, "--help").stdout


def test_a_process_of_its_own_says_the_same(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "fl_client.cli.app",
        "demo",
        "--out",
        str(tmp_path / "run"),
        "--rounds",
        "0",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 3
    assert done.stdout == "" and done.stderr == "fl: --rounds is 0: give 1 to 10000\n"


def test_help_and_version_do_not_wait_for_torch_or_a_chain() -> None:
    code = "import sys, fl_client.cli.app; print([n for n in ('torch', 'web3', 'eth') if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout == "[]\n"


def test_a_look_at_a_task_on_a_node_waits_for_neither_torch_nor_the_embedded_chain() -> None:
    code = (
        "import sys, fl_client.cli.status, fl_client.cli.participate; "
        "print([n for n in ('torch', 'eth', 'py_ecc') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout == "[]\n"
