"""What a statement of an encrypted task is bound to, as its contract computes it."""

from __future__ import annotations

from typing import Final

from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from fl_client.types import Address, Bytes32

STATEMENT_DOMAIN: Final = keccak(text="Gradbond.EncryptedStatement")

_TYPES: Final = ("bytes32", "uint256", "address", "uint24", "uint24", "address", "uint8", "bytes32")


def statement_binding(
    *,
    chain_id: int,
    task: Address,
    round_: int,
    turn: int,
    account: Address,
    place: int,
    key_hash: Bytes32,
) -> Bytes32:
    """Return the hash that every proof of a party's statements of a turn goes into.

    Args:
        chain_id: of the chain.
        task: the task's address.
        round_: from 1.
        turn: from 1, over all rounds.
        account: the party.
        place: its place in the key.
        key_hash: keccak256 of the key's bytes.
    """
    values = (STATEMENT_DOMAIN, chain_id, task, round_, turn, account, place, key_hash)
    return Bytes32(keccak(abi_encode(_TYPES, values)))
