"""A chain of this process as files: its genesis, its blocks, and a manifest that counts them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import rlp

from fl_client.chain.connection import Connection
from fl_client.chain.embedded import EmbeddedChain
from fl_client.chain.genesis import Genesis
from fl_client.errors import ChainError
from fl_client.shallow_json import read_json
from fl_client.types import Bytes32

GENESIS_FILE: Final = "genesis.json"
BLOCKS_FILE: Final = "blocks.rlp"
MANIFEST_FILE: Final = "chain.json"
_FORMAT: Final = 1
_LENGTH_BYTES: Final = 4
_MAX_BLOCK_BYTES: Final = 16 * 2**20  # 30 M gas buy less than 8 MiB of call data


def export_chain(connection: Connection, folder: Path | str) -> Bytes32:
    """Write a chain so that another process can execute it again.

    Args:
        connection: to a chain in this process.
        folder: made where missing; its three files are replaced.

    Returns:
        The hash of the latest block: publish it, it pins everything below.

    Raises:
        ChainError: the chain is not in this process, or the folder cannot be written.
    """
    chain = connection.node
    if not isinstance(chain, EmbeddedChain):
        raise ChainError(f"only an embedded chain is exported; {connection.url} keeps its own history")
    target, head = Path(folder), chain.head_hash
    manifest = {"blocks": chain.height, "format": _FORMAT, "head": "0x" + head.hex()}
    try:
        target.mkdir(parents=True, exist_ok=True)
        (target / GENESIS_FILE).write_text(chain.genesis.to_json() + "\n", encoding="utf-8")
        with (target / BLOCKS_FILE).open("wb") as file:
            for number in range(1, chain.height + 1):
                block = rlp.encode(chain.block(number))
                file.write(len(block).to_bytes(_LENGTH_BYTES, "big") + block)
        (target / MANIFEST_FILE).write_text(json.dumps(manifest, sort_keys=True) + "\n", encoding="utf-8")
    except OSError as problem:
        raise ChainError(f"cannot write the chain to {target}: {problem.strerror}") from problem
    return head


def import_chain(folder: Path | str, *, expected_head: bytes | None = None) -> Connection:
    """Execute an exported chain again, from its genesis, every transaction and signature.

    Args:
        folder: what ``export_chain`` wrote.
        expected_head: hash of the latest block from a source other than the folder; without it only the
            folder's own manifest tells where the chain ends.

    Returns:
        A connection to a chain with the same blocks, state and logs, ready to go on.

    Raises:
        ChainError: a block was altered, is missing or is one too many; the message names its number.
    """
    source = Path(folder)
    try:
        genesis = Genesis.from_json((source / GENESIS_FILE).read_text(encoding="utf-8"))
        manifest = read_json((source / MANIFEST_FILE).read_text(encoding="utf-8"), deepest=2)
        form, count, head = manifest["format"], int(manifest["blocks"]), bytes.fromhex(manifest["head"][2:])
        content = (source / BLOCKS_FILE).read_bytes()
    except OSError as problem:
        raise ChainError(f"no exported chain in {source}: {problem.strerror}") from problem
    except (ValueError, KeyError, TypeError) as problem:
        raise ChainError(f"the chain's manifest in {source} is broken: {problem}") from problem
    if form != _FORMAT:
        raise ChainError(f"{source} has a chain of format {form}, this version reads {_FORMAT}")
    chain = EmbeddedChain(genesis)
    for number, block in enumerate(_records(content), start=1):
        if number > count:
            raise ChainError(f"block {number} is one too many: the manifest ends the chain at block {count}")
        chain.import_block(block)
    if chain.height < count:
        raise ChainError(f"block {chain.height + 1} is missing: the manifest counts {count} blocks")
    for wanted, origin in ((head, "the manifest"), (expected_head, "the expected head")):
        if wanted is not None and wanted != chain.head_hash:
            raise ChainError(
                f"block {chain.height} has hash 0x{chain.head_hash.hex()}, {origin} says 0x{wanted.hex()}"
            )
    return Connection.around(chain)


def _records(content: bytes) -> Iterator[bytes]:
    """Cut the file of blocks; the number in a message is that of the block that could not be read."""
    offset, number = 0, 1
    while offset < len(content):
        start = offset + _LENGTH_BYTES
        length = int.from_bytes(content[offset:start], "big")
        if start > len(content) or not 0 < length <= min(_MAX_BLOCK_BYTES, len(content) - start):
            raise ChainError(f"block {number} is cut off or has an impossible length of {length} bytes")
        yield content[start : start + length]
        offset, number = start + length, number + 1
