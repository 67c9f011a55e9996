"""Whether a chain computes powers as long as those that show a chunk of an encrypted round, at a price that fits."""

from __future__ import annotations

from typing import Final

from web3 import Web3

from fl_client.chain.connection import Connection
from fl_client.chain.node import NodeRefused
from fl_client.chain.reverts import EvmReverted, node_message
from fl_client.chain.rpc import NONSENSE, TRANSPORT_ERRORS
from fl_client.errors import ChainError, ChainUnavailable

PRECOMPILE: Final = Web3.to_checksum_address("0x" + "00" * 19 + "05")
_NOBODY: Final = Web3.to_checksum_address("0x" + "00" * 20)

TRANSACTION_GAS: Final = 1 << 24
"""The most that a transaction may use under EIP-7825."""

BESIDE_GAS: Final = 2_000_000
"""For what a call costs that shows a chunk, beside its longest power: bytes, hashes, the shorter powers."""

_BLOCK_PARTS: Final = 4
"""A call that takes a greater part of a block may wait for its place longer than a question takes."""


def require_powers(connection: Connection, modulus_bytes: int) -> None:
    """Make sure that whoever is asked for a chunk of a task can show it: the chain is asked for the longest power.

    That is a root to the n-th mod n^2, with a modulus of 2L bytes and an exponent of L bytes (docs/adr/0026).

    Args:
        connection: the chain.
        modulus_bytes: L, of the task's key.

    Raises:
        ChainError: the power does not fit into a transaction there, or comes out wrong.
        ChainUnavailable: the node is gone.
    """
    with connection.translated("reading the latest block"):
        block_gas = int(connection.web3.eth.get_block("latest")["gasLimit"])
    most = min(TRANSACTION_GAS, block_gas // _BLOCK_PARTS)
    task = f"a task with a key of {8 * modulus_bytes} bits"
    if most <= BESIDE_GAS:
        raise ChainError(
            f"the blocks at {connection.url} hold {block_gas} gas: {task} needs more, use another chain"
        )
    base, exponent, modulus = _longest(modulus_bytes)
    lengths = (2 * modulus_bytes, modulus_bytes, 2 * modulus_bytes)
    data = b"".join(length.to_bytes(32, "big") for length in lengths)
    data += b"".join(
        number.to_bytes(length, "big")
        for number, length in zip((base, exponent, modulus), lengths, strict=True)
    )
    found = _asked(connection, data, most - BESIDE_GAS, task)
    if found != pow(base, exponent, modulus).to_bytes(2 * modulus_bytes, "big"):
        raise ChainError(
            f"the chain at {connection.url} has no powers at address 5 (EIP-198), so that nobody could show a chunk of "
            f"{task}: use another chain"
        )


def _longest(modulus_bytes: int) -> tuple[int, int, int]:
    """The dearest numbers of their lengths: every bit of the exponent counts."""
    modulus = (1 << 16 * modulus_bytes) - 1
    return modulus - 2, (1 << 8 * modulus_bytes) - 1, modulus


def _asked(connection: Connection, data: bytes, gas: int, task: str) -> bytes:
    """What the chain computes with that much gas."""
    try:
        found = connection.web3.eth.call(
            {"from": _NOBODY, "to": PRECOMPILE, "data": Web3.to_hex(data), "gas": gas}
        )
    except (OSError, TimeoutError) as problem:
        raise ChainUnavailable(f"{connection.url} did not answer: {node_message(problem)}") from problem
    except (*TRANSPORT_ERRORS, *NONSENSE, EvmReverted, NodeRefused) as problem:
        raise ChainError(
            f"a long power takes more than {gas} gas at {connection.url} ({node_message(problem)}), so that nobody "
            f"could show a chunk of {task} in one transaction and would lose its stake for it: use a chain with the "
            "prices of EIP-2565, without EIP-7883 (docs/adr/0026), or one with greater blocks"
        ) from problem
    return bytes(found)
