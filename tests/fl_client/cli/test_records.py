"""`fl export blocks` and `fl receipt` on a run's folder: the chain is enough, and nothing that is said is ignored."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fl_client.chain.contracts import TaskContract
from fl_client.cli.app import main
from fl_client.simulation import DemoSettings, Federation

Fl = Callable[..., tuple[int, str, str]]
ELSEWHERE = "0x" + "11" * 20


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TaskContract]:
    """A finished round of three trainers, whose store is gone."""
    out = tmp_path_factory.mktemp("records") / "run"
    federation = Federation(DemoSettings(participants=3, rounds=1, epochs=1, honest=True, out=out))
    assert len(list(federation.run())) == 1
    federation.close()
    shutil.rmtree(out / "store")
    return out, federation.contract


@pytest.fixture
def fl(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fl:
    """The command line in this process, in a folder of its own: exit code, output, errors."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([str(one) for one in arguments])
        said = capfd.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def test_blocks_of_a_folder_need_no_store(fl: Fl, tmp_path: Path, task: tuple[Path, TaskContract]) -> None:
    out, contract = task
    for more in ([], ["--task", contract.address.lower()]):
        code, said, err = fl("export", "blocks", out, *more, "--json")
        assert (code, err) == (0, "")
        assert json.loads(said)["task"] == contract.address
        assert len(json.loads((tmp_path / "blocks.json").read_text())) == 2
    assert not (out / "store").exists()


def test_a_receipt_of_a_folder_needs_no_store(
    fl: Fl, tmp_path: Path, task: tuple[Path, TaskContract]
) -> None:
    out, contract = task
    who = contract.deployment.factory  # somebody who took no part
    code, said, _ = fl("receipt", out, "--trainer", who, "--round", 1, "--json")
    assert (code, json.loads(said)["verdict"]) == (0, "no-member")
    (tmp_path / "receipt.json").write_text(said)
    code, said, _ = fl("receipt", out, "--check", "receipt.json")
    assert code == 0 and "holds: all" in said and not (out / "store").exists()


@pytest.mark.parametrize(
    "command", [("export", "blocks"), ("receipt", "--trainer", ELSEWHERE, "--round", "1")]
)
def test_a_task_that_the_folder_does_not_hold_is_refused_with_those_that_it_holds(
    fl: Fl, task: tuple[Path, TaskContract], command: tuple[str, ...]
) -> None:
    out, contract = task
    code, _, err = fl(*command, out, "--task", ELSEWHERE)
    assert code == 3 and f"holds these tasks: {contract.address}; name one of them with --task" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("export", "blocks"), "whose blocks?"),
        (("export", "blocks", "."), ". holds no folder chain/"),
        (("export", "blocks", ".", "--task", "0x12"), "--task is '0x12'"),
        (("export", "blocks", "task.json", "--task", ELSEWHERE), "and task.json is none"),
        (("export", "blocks", ".", "--round", "1"), "--round cannot be used here: blocks are of every round"),
        (("export", "blocks", ".", "--definition", "digits"), "--definition cannot be used here"),
        (("export", "blocks", ".", "--data", ".", "--round", "0"), "--round, --data cannot be used here"),
        (
            ("export", ELSEWHERE, "runs/demo"),
            "'runs/demo' cannot be used here: it goes after `fl export blocks`",
        ),
        (("export", ELSEWHERE, "--task", ELSEWHERE), "--task cannot be used here"),
        (("receipt", "--trainer", ELSEWHERE, "--round", "1"), "of which task?"),
        (("receipt", "task.json", "--task", ELSEWHERE, "--trainer", ELSEWHERE, "--round", "1"), "leave one"),
    ],
)
def test_what_would_be_ignored_or_is_missing_is_named_in_one_line(
    fl: Fl, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    code, said, err = fl(*arguments)
    assert (code, said, err.count("\n")) == (3, "", 1)
    assert words in err
    assert list(tmp_path.iterdir()) == []
