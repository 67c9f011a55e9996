"""`fl asset` on a node: a challenge that is a block's hash, and an announcement that is posted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fl_client.chain import Connection, UnlockedSender, import_keystore, keystore_address
from fl_client.cli.app import main
from tests.faults.place import ask
from tests.scripts.nodes import node


@pytest.fixture
def fl(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """The command line in this process, in a folder with a key and some data."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FL_PASSWORD", "a password")
    monkeypatch.setenv("FL_KEYSTORE", "key.json")
    import_keystore("key.json", b"\x07" * 32, lambda: "a password", work=2**10)
    (tmp_path / "data.bin").write_bytes(bytes(range(250)) * 20)

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["asset", *(str(one) for one in arguments)])
        said = capfd.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def test_a_block_of_the_announcements_chain_asks(fl: Callable[..., tuple[int, str, str]]) -> None:
    words = ("--format", "raw", "--topic", "noise")
    with node("anvil") as url:
        assert fl("announce", "data.bin", *words, "--chain-id", 31337)[0] == 0
        asked = ("--block", 0, "--rpc-url", url)
        assert fl("prove", "asset.json", "data.bin", *asked)[0] == 0
        code, said, _ = fl("check", "asset.json", "proof.json", *asked, "--json")
        assert (code, json.loads(said)["proof"]) == (0, "holds")
        code, _, err = fl("check", "asset.json", "proof.json", "--block", 9, "--rpc-url", url)
        assert code == 3 and "no such block yet" in err
        assert fl("announce", "data.bin", *words, "--chain-id", 5, "--out", "other.json")[0] == 0
        code, _, err = fl("prove", "other.json", "data.bin", *asked)
        assert code != 0 and "31337" in err


def test_an_announcement_is_posted_once_and_its_block_says_when(
    fl: Callable[..., tuple[int, str, str]],
) -> None:
    words = ("--format", "raw", "--topic", "noise", "--chain-id", 31337)
    with node("anvil") as url:
        assert fl("announce", "data.bin", *words)[0] == 0
        code, _, err = fl("post", "asset.json", "--rpc-url", url)
        assert code == 7 and "has no ether: send it some" in err
        connection = Connection.open(url)
        account = keystore_address(Path("key.json"))
        UnlockedSender(connection).give(account, 10**18)
        code, said, err = fl("post", "asset.json", "--rpc-url", url, "--json")
        told = json.loads(said)
        assert (code, err) == (0, "")
        sent = connection.web3.eth.get_transaction(told["posted"])
        assert bytes(sent["input"]).hex() == told["asset"][2:] and sent["value"] == 0
        assert {sent["from"], sent["to"]} == {account} and told["posted_block"] == sent["blockNumber"]
        height = connection.block_number()
        ask(connection, "anvil_setBalance", account, "0x0")  # the second time costs nothing
        assert json.loads(fl("post", "asset.json", "--rpc-url", url, "--json")[1]) == told
        assert connection.block_number() == height

        asked = ("--rpc-url", url, "--posted")
        code, said, _ = fl("check", "asset.json", *asked, told["posted"], "--json")
        assert code == 0 and told.items() <= json.loads(said).items()
        assert fl("announce", "data.bin", *words, "--out", "other.json")[0] == 0
        code, _, err = fl("check", "other.json", *asked, told["posted"])
        assert code == 5 and "does not post this announcement" in err
        given = connection.web3.eth.get_block(1)["transactions"][0]
        code, _, err = fl("check", "asset.json", *asked, "0x" + bytes(given).hex())
        assert code == 7 and "it is no memo" in err
        code, _, err = fl("check", "asset.json", *asked, "0x" + "1" * 64)
        assert code == 7 and "has no mined transaction" in err
        code, _, err = fl("check", "asset.json", *asked, "0x12")
        assert code == 3 and "--posted is no hash" in err
        import_keystore("key2.json", b"\x08" * 32, lambda: "a password", work=2**10)
        code, _, err = fl("post", "asset.json", "--rpc-url", url, "--keystore", "key2.json")
        assert code == 3 and "give the keystore of the former" in err
