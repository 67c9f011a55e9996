"""The chain in this process: the same on every run, and as files that cannot be changed unseen."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fl_client.chain import Connection, EventCursor, export_chain, import_chain
from fl_client.chain.history import BLOCKS_FILE, GENESIS_FILE, MANIFEST_FILE
from fl_client.errors import ChainError
from tests.fl_client.chain.conftest import LEDGER, World

SCRIPT = """
import sys, tempfile
from pathlib import Path
from fl_client.chain import *
ledger = ContractArtifact.from_json(Path(sys.argv[1]).read_text())
chain = Connection.embedded(seed=3, accounts=2)
with tempfile.TemporaryDirectory() as folder, Journal(folder) as journal:
    sender = TransactionSender(chain, demo_account(3, 0), journal)
    address = sender.deploy(ledger, 5).contract_address
    functions = chain.bind(ledger, address).functions
    sender.send(functions.store(7, bytes(32)))
    chain.wait_until(chain.now() + 500)
    sender.send(functions.look())
print(export_chain(chain, sys.argv[2]).hex())
"""


def blocks_of(folder: Path) -> list[bytes]:
    content, found = (folder / BLOCKS_FILE).read_bytes(), []
    while content:
        length = int.from_bytes(content[:4], "big")
        found.append(content[: 4 + length])
        content = content[4 + length :]
    return found


@pytest.fixture
def exported(world: World, tmp_path: Path) -> Path:
    world.sender.send(world.ledger.functions.store(7, b"\x07" * 32))
    world.connection.wait_until(world.connection.now() + 500)
    world.sender.send(world.ledger.functions.store(8, b"\x08" * 32))
    world.sender.send(world.ledger.functions.look())
    export_chain(world.connection, tmp_path / "chain")
    return tmp_path / "chain"


def test_two_processes_give_the_same_head_hash_and_files(tmp_path: Path) -> None:
    data = Path(__file__).parents[2] / "data" / "ledger.json"
    heads = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT, str(data), str(tmp_path / name)],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
            cwd=Path(__file__).parents[3],
        ).stdout
        for name in ("first", "second")
    ]
    assert heads[0] == heads[1] and len(heads[0].strip()) == 64
    for name in (GENESIS_FILE, BLOCKS_FILE, MANIFEST_FILE):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_transaction_sees_the_headers_mix_hash_and_stamp(world: World) -> None:
    world.sender.send(world.ledger.functions.look())
    block = world.connection.web3.eth.get_block("latest")
    seen = world.connection.call(world.ledger.functions.randomSeen())
    assert seen.to_bytes(32, "big") == bytes(block["mixHash"]) != bytes(32)
    assert world.connection.call(world.ledger.functions.timeSeen()) == block["timestamp"]


def test_import_gives_the_same_state_logs_and_head(world: World, exported: Path) -> None:
    again = import_chain(exported)
    ledger = again.bind(LEDGER, world.address)
    assert again.call(ledger.functions.valueOf(7)) == b"\x07" * 32
    cursors = [EventCursor(chain, [world.address], [LEDGER], 0) for chain in (world.connection, again)]
    assert cursors[0].poll() == cursors[1].poll() != ()
    assert again.web3.eth.get_block("latest")["hash"] == world.connection.web3.eth.get_block("latest")["hash"]


def test_imported_chain_goes_on_like_the_original(world: World, exported: Path) -> None:
    again = import_chain(exported)
    for chain in (world.connection, again):
        chain.wait_until(chain.now() + 9)
    assert again.web3.eth.get_block("latest")["hash"] == world.connection.web3.eth.get_block("latest")["hash"]


def test_export_of_an_import_is_the_same_bytes(exported: Path, tmp_path: Path) -> None:
    export_chain(import_chain(exported), tmp_path / "again")
    for name in (GENESIS_FILE, BLOCKS_FILE, MANIFEST_FILE):
        assert (tmp_path / "again" / name).read_bytes() == (exported / name).read_bytes()


@pytest.mark.parametrize("number", [1, 2, 3, 5])
def test_altered_block_is_refused_by_its_number(exported: Path, number: int) -> None:
    blocks = blocks_of(exported)
    block = bytearray(blocks[number - 1])
    block[-40] ^= 1  # in the last transaction's signature, or the header's tail
    blocks[number - 1] = bytes(block)
    (exported / BLOCKS_FILE).write_bytes(b"".join(blocks))
    with pytest.raises(ChainError, match=rf"block ({number}|{number + 1}) "):
        import_chain(exported)


def test_every_flipped_byte_of_a_block_is_refused(exported: Path, tmp_path: Path) -> None:
    blocks = blocks_of(exported)
    for position in range(4, len(blocks[1]), 29):
        changed = bytearray(blocks[1])
        changed[position] ^= 0x40
        (exported / BLOCKS_FILE).write_bytes(b"".join([blocks[0], bytes(changed), *blocks[2:]]))
        with pytest.raises(ChainError):
            import_chain(exported)


def test_missing_block_is_refused_by_its_number(exported: Path) -> None:
    blocks = blocks_of(exported)
    (exported / BLOCKS_FILE).write_bytes(b"".join(blocks[:1] + blocks[2:]))
    with pytest.raises(ChainError, match="block 2 does not follow"):
        import_chain(exported)


def test_missing_last_block_is_refused_by_its_number(exported: Path) -> None:
    blocks = blocks_of(exported)
    (exported / BLOCKS_FILE).write_bytes(b"".join(blocks[:-1]))
    with pytest.raises(ChainError, match=f"block {len(blocks)} is missing"):
        import_chain(exported)


def test_surplus_block_is_refused_by_its_number(world: World, exported: Path, tmp_path: Path) -> None:
    count = len(blocks_of(exported))
    manifest = (exported / MANIFEST_FILE).read_bytes()
    world.sender.send(world.ledger.functions.look())
    export_chain(world.connection, tmp_path / "longer")
    shutil.copy(tmp_path / "longer" / BLOCKS_FILE, exported / BLOCKS_FILE)
    (exported / MANIFEST_FILE).write_bytes(manifest)
    with pytest.raises(ChainError, match=f"block {count + 1} is one too many"):
        import_chain(exported)


def test_cut_off_file_is_refused(exported: Path) -> None:
    content = (exported / BLOCKS_FILE).read_bytes()
    (exported / BLOCKS_FILE).write_bytes(content[:-1])
    with pytest.raises(ChainError, match="cut off"):
        import_chain(exported)


@pytest.mark.parametrize("name", [MANIFEST_FILE, GENESIS_FILE])
@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 1}', "[" * 200_000], ids=range(5))
def test_a_manifest_or_genesis_of_anything_else_is_refused(exported: Path, name: str, text: str) -> None:
    """Executing a chain raises the recursion limit: a parser that goes down with the brackets ends the process."""
    (exported / name).write_text(text)
    with pytest.raises(ChainError, match=r"manifest|genesis"):
        import_chain(exported)


def test_other_genesis_is_refused(exported: Path) -> None:
    genesis = json.loads((exported / GENESIS_FILE).read_text())
    genesis["timestamp"] = str(int(genesis["timestamp"]) + 1)
    (exported / GENESIS_FILE).write_text(json.dumps(genesis))
    with pytest.raises(ChainError, match="block 1 does not follow"):
        import_chain(exported)


def test_shorter_chain_with_its_own_manifest_fails_against_the_expected_head(
    world: World, exported: Path, tmp_path: Path
) -> None:
    world.sender.send(world.ledger.functions.look())
    head = export_chain(world.connection, tmp_path / "longer")
    import_chain(tmp_path / "longer", expected_head=head)
    with pytest.raises(ChainError, match="the expected head says"):
        import_chain(exported, expected_head=head)


def test_folder_without_a_chain_is_named(tmp_path: Path) -> None:
    with pytest.raises(ChainError, match="no exported chain in"):
        import_chain(tmp_path)


def test_chain_id_is_part_of_what_is_signed(world: World) -> None:
    other = Connection.embedded(seed=3, accounts=2)
    assert other.chain_id == world.connection.chain_id == other.web3.eth.chain_id == 0x47524442
