"""EIP-712 hashes are bound to this chain and this contract."""

from __future__ import annotations

from typing import Any

from brownie import LibraryHarness, chain
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from tests.parity.vectors import UPDATE_FIELDS

NOTE = {"Note": [{"name": "text", "type": "bytes32"}]}


def eip712(contract: str, chain_id: int, types: Any, message: Any) -> bytes:
    """The hash that wallets sign."""
    domain = {"name": "Gradbond", "version": "1", "chainId": chain_id, "verifyingContract": contract}
    signable = encode_typed_data(domain_data=domain, message_types=types, message_data=message)
    return keccak(b"\x19" + signable.version + signable.header + signable.body)


def struct_hash(text: bytes) -> bytes:
    return keccak(keccak(text="Note(bytes32 text)") + text)


def test_hash_is_that_of_eip_712(harness: Any) -> None:
    text = b"\x42" * 32
    expected = eip712(harness.address, chain.id, NOTE, {"text": text})
    assert bytes(harness.typedData(struct_hash(text))) == expected


def test_another_contract_has_another_hash(harness: Any, accounts: Any) -> None:
    other = accounts[0].deploy(LibraryHarness)
    assert other.typedData(struct_hash(bytes(32))) != harness.typedData(struct_hash(bytes(32)))


def test_another_chain_has_another_hash(harness: Any) -> None:
    text = b"\x42" * 32
    elsewhere = eip712(harness.address, chain.id + 1, NOTE, {"text": text})
    assert bytes(harness.typedData(struct_hash(text))) != elsewhere


def test_type_of_an_update_names_every_field(harness: Any) -> None:
    fields = ",".join(f"{kind} {name}" for name, kind in UPDATE_FIELDS.items())
    assert bytes(harness.updateTypeHash()) == keccak(text=f"Update({fields})")
