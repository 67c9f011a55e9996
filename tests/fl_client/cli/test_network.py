"""What `fl demo --network` is told wrongly is said before a node starts, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from fl_client.cli.app import main
from fl_client.cli.encrypted_network import EncryptedNetwork, EncryptedNetworkPlan
from fl_client.cli.network import Network, NetworkPlan
from fl_client.cli.task_file import encrypted_from, read_table, read_task_file
from fl_client.errors import ConfigError
from fl_client.types import Address

Refused = Callable[..., str]


@pytest.fixture
def refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Refused:
    """The line in which the command refuses its options; nothing was made."""

    def run(*arguments: str) -> str:
        out = tmp_path / "run"
        with pytest.raises(SystemExit) as ended:
            main(["demo", "--network", "--out", str(out), *arguments])
        said = capfd.readouterr()
        assert (ended.value.code, said.out, said.err.count("\n")) == (3, "", 1)
        assert not out.exists()
        return said.err

    return run


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--rounds", "-1"), "--rounds is -1: give 1 to 10000"),
        (("--participants", "2"), "--participants is 2: give 3 to 128"),
        (("--participants", "129"), "--participants is 129: give 3 to 128"),
        (("--seed", "-1"), "--seed is -1"),
        (("--seed", str(2**32)), f"--seed is {2**32}"),
        (("--partition", "sorted"), "--partition: "),
        (("--partition", "dirichlet:0"), "--partition: "),
        (("--rule", "krum:2"), "--rule: krum:2 bears"),
        (("--validators", "2"), "--validators is 2"),
        (("--reward", "score"), "--reward is score"),
        (("--task", "digitz"), "digits"),
        (("--sealing", "lottery"), "--sealing is 'lottery': give slots or proof-of-work"),
        (("--lr", "0.1", "--device", "cuda"), "leave out --lr, --device\n"),
        (("--fraction", "0.5", "--batch-size", "5"), "leave out --batch-size, --fraction\n"),
        (("--solver", "svrg", "--epochs", "2"), "leave out --epochs, --solver\n"),
        (("--task", "blockfl-regression", "--partition", "shards"), "use iid"),
        (("--privacy", "rot13"), "--privacy is 'rot13': give paillier"),
        (("--threshold", "3"), "--threshold is 3: it goes with --privacy"),
        (("--privacy", "paillier", "--rule", "median"), "of all parties: leave out --rule"),
        (("--privacy", "paillier", "--validators", "3"), "of all parties: leave out --validators"),
        (("--privacy", "paillier", "--threshold", "2"), "a threshold of 2: give 3 to 6 of the 7 parties"),
        (("--privacy", "paillier", "--participants", "40"), "40 parties: give 3 to 32"),
        (("--privacy", "paillier", "--lr", "0.1"), "leave out --lr\n"),
        (("--privacy", "paillier", "--seed", "-1"), "--seed is -1"),
        (("--privacy", "paillier", "--partition", "sorted"), "--partition: "),
    ],
)
def test_an_option_out_of_its_range_is_refused_before_anything_starts(
    refused: Refused, arguments: tuple[str, ...], words: str
) -> None:
    assert words in refused(*arguments)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"phase_seconds": -1}, "phase_seconds is -1"), ({"challenge_seconds": -5}, "challenge_seconds is -5")],
)
def test_times_that_no_task_has_are_refused(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        NetworkPlan(out=tmp_path / "run", **changes)


@pytest.mark.parametrize("sealing", ["slots", "proof-of-work"])
def test_the_task_file_says_what_was_checked(tmp_path: Path, sealing: str) -> None:
    plan = NetworkPlan(
        out=tmp_path, trainers=4, rounds=3, rule="median", validators=3, reward="score", sealing=sealing
    )
    Network(plan)._describe_task()
    assert read_task_file(tmp_path / "task.yaml")[1] == plan.task
    assert yaml.safe_load((tmp_path / "task.yaml").read_text())["seconds"]["answer"] == 2


def test_the_task_file_of_an_encrypted_task_says_what_was_checked(tmp_path: Path) -> None:
    plan = EncryptedNetworkPlan(out=tmp_path, parties=5, threshold=4, rounds=3, data=tmp_path, seed=2)
    network = EncryptedNetwork(plan)
    network.accounts["dealer"] = Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
    network._describe_task()
    model, rest = read_table(tmp_path / "task.yaml")
    assert encrypted_from(rest, tmp_path) == (plan.task, network.accounts["dealer"])
    assert model == {"definition": "digits", "data": str(tmp_path), "seed": 2}
