"""`fl asset` with a challenge that is a block's hash, on a node."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fl_client.chain import import_keystore
from fl_client.cli.app import main
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
