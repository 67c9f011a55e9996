"""An encrypted task on a node with Osaka's prices, where nobody could show a chunk of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from fl_client.chain import Connection, UnlockedSender
from fl_client.chain.contracts import ONE_COIN, FactoryBounds, deploy
from fl_client.chain.powers import require_powers
from tests.scripts.nodes import key_options, new_account, node, run_fl

pytestmark = pytest.mark.slow


def test_its_creation_is_refused_before_anything_is_paid(tmp_path: Path) -> None:
    with node("osaka") as url:
        connection = Connection.open(url)
        bank = UnlockedSender(connection)
        deployment = deploy(bank, connection, bounds=FactoryBounds.devnet())
        deployment.write(tmp_path / "deployment.json")
        owner = new_account(tmp_path, "owner").address
        coin = connection.contract("DeepCoin", deployment.coin)
        bank.give(owner, 10**18)
        bank.send(coin.functions.transfer(owner, 1_000 * ONE_COIN))
        plan = {"privacy": "paillier", "encryption": {"dealer": owner}, "seconds": {"phase": 60}}
        (tmp_path / "task.yaml").write_text(yaml.safe_dump(plan))
        where = [
            "--rpc-url",
            url,
            "--deployment",
            tmp_path / "deployment.json",
            "--store",
            tmp_path / "store",
        ]
        own = [
            *key_options(tmp_path, "owner"),
            "--state",
            tmp_path / "state",
            "--out",
            tmp_path / "task.json",
        ]
        done = run_fl("task", "create", tmp_path / "task.yaml", *where, *own)
        assert done.returncode == 7 and done.stderr.count("\n") == 1
        assert "a long power takes more than 5500000 gas" in done.stderr and "2048 bits" in done.stderr
        assert connection.call(coin.functions.balanceOf(owner)) == 1_000 * ONE_COIN
        with connection.translated("counting"):
            assert connection.web3.eth.get_transaction_count(owner) == 0  # type: ignore[arg-type]
        # Short keys, for tests alone, are cheap enough at any price.
        require_powers(connection, 64)
