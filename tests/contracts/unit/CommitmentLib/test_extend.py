"""The running hash of a list binds every entry and its place; a record binds the round."""

from __future__ import annotations

from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

A, B = "0x" + "aa" * 20, "0x" + "bb" * 20
ONE, TWO = b"\x01" * 32, b"\x02" * 32
EMPTY = bytes(32)


def extended(running: bytes, trainer: str, weight: int, commitment: bytes) -> bytes:
    types = ["bytes32", "address", "uint32", "bytes32"]
    return keccak(encode(types, [running, trainer, weight, commitment]))


def test_formula(harness: Any) -> None:
    assert bytes(harness.extend(EMPTY, A, 600, ONE)) == extended(EMPTY, A, 600, ONE)


def test_every_field_counts(harness: Any) -> None:
    base = harness.extend(EMPTY, A, 600, ONE)
    others = [(ONE, A, 600, ONE), (EMPTY, B, 600, ONE), (EMPTY, A, 601, ONE), (EMPTY, A, 600, TWO)]
    assert all(harness.extend(*other) != base for other in others)


def test_order_counts(harness: Any) -> None:
    first = harness.extend(harness.extend(EMPTY, A, 1, ONE), B, 1, TWO)
    second = harness.extend(harness.extend(EMPTY, B, 1, TWO), A, 1, ONE)
    assert first != second


def test_record_is_hash_of_round_and_commitment(harness: Any) -> None:
    assert bytes(harness.record(7, ONE)) == keccak(encode(["uint24", "bytes32"], [7, ONE]))
    assert harness.record(8, ONE) != harness.record(7, ONE)
