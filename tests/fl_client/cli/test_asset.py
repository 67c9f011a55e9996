"""`fl asset`: from the announcement to the check, and one line for what is wrong."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fl_client.chain import import_keystore
from fl_client.cli.app import main

Fl = Callable[..., tuple[int, str, str]]
NONCE = "0x" + "5a" * 32


@pytest.fixture
def fl(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fl:
    """The command line in this process, in a folder with a key and some data."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FL_PASSWORD", "a password")
    monkeypatch.setenv("FL_KEYSTORE", "key.json")
    import_keystore("key.json", b"\x07" * 32, lambda: "a password", work=2**10)
    (tmp_path / "data.bin").write_bytes(random.Random(1).randbytes(5_000))

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["asset", *(str(one) for one in arguments)])
        said = capfd.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def announce(fl: Fl, *more: str) -> tuple[int, str, str]:
    return fl("announce", "data.bin", "--format", "raw", "--topic", "noise", "--chain-id", 5, *more)


@pytest.fixture
def announced(fl: Fl) -> Fl:
    assert announce(fl)[0] == 0
    return fl


def test_what_is_announced_is_proved_and_checked(fl: Fl) -> None:
    code, said, err = announce(fl, "--description", "of a test", "--json")
    told = json.loads(said)
    assert (code, err) == (0, "")
    assert (told["size"], told["blocks"], told["chain_id"], told["topic"]) == (5_000, 6, 5, "noise")
    code, said, _ = fl("prove", "asset.json", "data.bin", "--nonce", NONCE, "--json")
    assert (code, json.loads(said)["asked"]) == (0, 6)
    code, said, _ = fl("check", "asset.json", "proof.json", "--nonce", NONCE, "--json")
    found = json.loads(said)
    assert (code, found["proof"], found["asset"], found["account"]) == (
        0,
        "holds",
        told["asset"],
        told["account"],
    )
    assert found["detected"] == {"one block": "1.0000", "1 %": "1.0000", "10 %": "1.0000"}


def test_people_see_who_announced_what_and_how_sure_the_check_was(announced: Fl) -> None:
    announced("prove", "asset.json", "data.bin", "--nonce", NONCE, "--count", 3)
    code, said, _ = announced("check", "asset.json", "proof.json", "--nonce", NONCE, "--count", 3)
    assert code == 0
    assert (
        "topic       noise" in said and "proof       holds" in said and "a loss of one block 50.00%" in said
    )


def test_an_announcement_alone_can_be_checked(announced: Fl) -> None:
    code, said, _ = announced("check", "asset.json", "--json")
    assert (code, json.loads(said)["proof"]) == (0, None)


def test_an_announcement_in_the_store_is_found_by_its_id(fl: Fl) -> None:
    said = announce(fl, "--store", "store", "--json")[1]
    cid = json.loads(said)["content_id"]
    code, said, _ = fl("check", cid, "--store", "store", "--json")
    assert (code, json.loads(said)["size"]) == (0, 5_000)


def test_a_nonce_is_another_every_time(fl: Fl) -> None:
    first, again = fl("nonce")[1].strip(), fl("nonce")[1].strip()
    assert first != again and len(first) == len(again) == 66


def test_a_folder_can_be_announced(fl: Fl, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_bytes(b"one")
    code, said, _ = fl(
        *("announce", "folder", "--format", "text", "--topic", "words", "--chain-id", 5, "--json")
    )
    assert (code, json.loads(said)["size"]) == (0, 3)


def test_a_proof_for_another_nonce_ends_with_the_code_of_its_stage(announced: Fl) -> None:
    announced("prove", "asset.json", "data.bin", "--nonce", NONCE)
    code, said, err = announced("check", "asset.json", "proof.json", "--nonce", "0x" + "5b" * 32)
    assert (code, said, err) == (5, "", "fl: this proof answers another challenge\n")


def test_data_that_changed_is_named_and_no_proof_is_written(announced: Fl, tmp_path: Path) -> None:
    (tmp_path / "data.bin").write_bytes(random.Random(2).randbytes(5_000))
    code, _, err = announced("prove", "asset.json", "data.bin", "--nonce", NONCE)
    assert (code, err.count("\n")) == (3, 1)
    assert "block 0 of the data is not what was announced" in err
    assert not (tmp_path / "proof.json").exists()


def test_a_changed_announcement_is_refused(announced: Fl, tmp_path: Path) -> None:
    path = tmp_path / "asset.json"
    path.write_text(path.read_text().replace("noise", "cats"))
    code, _, err = announced("check", "asset.json")
    assert (code, err.count("\n")) == (5, 1) and "is not signed by 0x" in err


def test_nothing_is_overwritten(announced: Fl, tmp_path: Path) -> None:
    before = (tmp_path / "asset.json.holding").read_bytes()
    code, _, err = announce(announced)
    assert code == 3 and "exists already" in err
    assert (tmp_path / "asset.json.holding").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("announce", "nowhere", "--format", "raw", "--topic", "x", "--chain-id", 5),
            "cannot read the data nowhere",
        ),
        (("announce", "data.bin", "--topic", "x", "--chain-id", 5), "--format"),
        (("announce", "data.bin", "--format", "raw", "--topic", "x"), "give --chain-id, or --deployment"),
        (("announce", "data.bin", "--format", "r\nw", "--topic", "x", "--chain-id", 5), "the format must be"),
        (
            ("announce", "data.bin", "--format", "raw", "--topic", "x", "--chain-id", 5, "--out", "no/where"),
            "cannot write --out",
        ),
        (("check", "nowhere.json"), "cannot read the announcement nowhere.json"),
        (("check", "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"), "--store is missing"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(fl: Fl, arguments: tuple[object, ...], words: str) -> None:
    code, said, err = fl(*arguments)
    assert (code, said, err.count("\n")) == (3, "", 1)
    assert words in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("prove", "asset.json", "data.bin"), "give --nonce, or --block"),
        (("prove", "asset.json", "data.bin", "--nonce", "0x12"), "32 bytes, not 1"),
        (("prove", "asset.json", "data.bin", "--nonce", "zz"), "--nonce is no number"),
        (("prove", "asset.json", "data.bin", "--nonce", NONCE, "--block", 5), "give --nonce, or --block"),
        (("prove", "asset.json", "data.bin", "--block", 5), "--rpc-url is missing"),
        (("prove", "asset.json", "data.bin", "--nonce", NONCE, "--count", 0), "count is 0"),
        (
            ("prove", "asset.json", "data.bin", "--nonce", NONCE, "--holding", "none"),
            "cannot read the holding",
        ),
        (("check", "asset.json", "--nonce", NONCE), "give the proof too"),
        (("check", "asset.json", "none.json", "--nonce", NONCE), "cannot read the proof none.json"),
    ],
)
def test_what_is_wrong_about_a_challenge_is_said_in_one_line(
    announced: Fl, arguments: tuple[object, ...], words: str
) -> None:
    code, said, err = announced(*arguments)
    assert (code, said, err.count("\n")) == (3, "", 1)
    assert words in err


def test_a_check_by_nonce_waits_for_neither_torch_nor_web3(announced: Fl) -> None:
    announced("prove", "asset.json", "data.bin", "--nonce", NONCE)
    script = (
        "import sys\nfrom fl_client.cli.app import main\n"
        f"try:\n    main(['asset', 'check', 'asset.json', 'proof.json', '--nonce', '{NONCE}'])\n"
        "except SystemExit as ended:\n    assert not ended.code\n"
        "sys.exit('torch' in sys.modules or 'web3' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", script], stdout=subprocess.DEVNULL, check=False).returncode == 0
    )
