"""Commitment and update digest are bound to each of their fields."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from fl_client.encoding import (
    MerkleSumTree,
    Node,
    UpdateMessage,
    VectorFormat,
    VectorKind,
    commit_vector,
    commitment_of,
    update_digest,
)
from fl_client.errors import EncodingError
from fl_client.types import Address, Bytes32
from tests.parity import reference
from tests.parity.vectors import UPDATE_FIELDS

TASK = Address("0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045")
TRAINER = Address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
FORM = VectorFormat(dimension=3, kind=VectorKind.MODEL)
ROOT = MerkleSumTree.build(np.array([1, 2, 3], dtype=np.int32)).root
MESSAGE = UpdateMessage(
    task=TASK,
    round=1,
    attempt=0,
    base_model=Bytes32(b"b" * 32),
    trainer=TRAINER,
    commitment=Bytes32(b"c" * 32),
    content_id=Bytes32(b"i" * 32),
    samples=600,
    salt=Bytes32(b"s" * 32),
)

words = st.binary(min_size=32, max_size=32)
uint32 = st.integers(0, 2**32 - 1)


def test_commitment_is_that_of_the_definition() -> None:
    assert commit_vector(ROOT, FORM) == reference.commitment((ROOT.hash, ROOT.sum), 3, 1, 20)


def test_commitment_of_a_vector_is_that_of_its_root() -> None:
    assert commitment_of(np.array([1, 2, 3], dtype=np.int32), FORM) == commit_vector(ROOT, FORM)


@pytest.mark.parametrize(
    ("root", "form"),
    [
        (Node(hash=bytes(32), sum=ROOT.sum), FORM),
        (Node(hash=ROOT.hash, sum=ROOT.sum + 1), FORM),
        (ROOT, dataclasses.replace(FORM, dimension=4)),
        (ROOT, dataclasses.replace(FORM, kind=VectorKind.UPDATE)),
        (ROOT, dataclasses.replace(FORM, fraction_bits=19)),
    ],
)
def test_each_part_of_a_commitment_matters(root: Node, form: VectorFormat) -> None:
    assert commit_vector(root, form) != commit_vector(ROOT, FORM)


def test_vector_and_its_zero_extension_have_different_commitments() -> None:
    short, long = np.array([1, 2], dtype=np.int32), np.array([1, 2, 0], dtype=np.int32)
    assert MerkleSumTree.build(short).root == MerkleSumTree.build(long).root
    assert commitment_of(short, dataclasses.replace(FORM, dimension=2)) != commitment_of(long, FORM)


def test_vector_of_another_dimension_is_not_committed_to() -> None:
    with pytest.raises(EncodingError, match="2 coordinates; its format says 3"):
        commitment_of(np.array([1, 2], dtype=np.int32), FORM)


# --- EIP-712 ----------------------------------------------------------------------------------------


def typed_data_digest(message: UpdateMessage, chain_id: int) -> bytes:
    """The digest as eth_account computes it."""
    signable = encode_typed_data(
        domain_data={
            "name": "Gradbond",
            "version": "1",
            "chainId": chain_id,
            "verifyingContract": message.task,
        },
        message_types={"Update": [{"name": name, "type": kind} for name, kind in UPDATE_FIELDS.items()]},
        message_data={
            "task": message.task,
            "round": message.round,
            "attempt": message.attempt,
            "baseModel": message.base_model,
            "trainer": message.trainer,
            "commitment": message.commitment,
            "contentId": message.content_id,
            "report": message.milliseconds << 32 | message.samples,
            "salt": message.salt,
        },
    )
    return keccak(b"\x19" + signable.version + signable.header + signable.body)


@settings(max_examples=40, deadline=None)
@given(
    round_=uint32,
    attempt=uint32,
    samples=uint32,
    milliseconds=uint32,
    base=words,
    commitment=words,
    content=words,
    salt=words,
    chain_id=st.integers(1, 2**256 - 1),
)
def test_digest_is_that_of_eth_account(
    round_: int,
    attempt: int,
    samples: int,
    milliseconds: int,
    base: bytes,
    commitment: bytes,
    content: bytes,
    salt: bytes,
    chain_id: int,
) -> None:
    message = UpdateMessage(
        task=TASK,
        round=round_,
        attempt=attempt,
        base_model=Bytes32(base),
        trainer=TRAINER,
        commitment=Bytes32(commitment),
        content_id=Bytes32(content),
        samples=samples,
        milliseconds=milliseconds,
        salt=Bytes32(salt),
    )
    assert update_digest(message, chain_id) == typed_data_digest(message, chain_id)


CHANGES: list[dict[str, Any]] = [
    {"task": TRAINER},
    {"round": 2},
    {"attempt": 1},
    {"base_model": bytes(32)},
    {"trainer": TASK},
    {"commitment": bytes(32)},
    {"content_id": bytes(32)},
    {"samples": 601},
    {"milliseconds": 1},
    {"salt": bytes(32)},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_digest_is_bound_to(change: dict[str, Any]) -> None:
    assert update_digest(dataclasses.replace(MESSAGE, **change), 1337) != update_digest(MESSAGE, 1337)


def test_digest_is_bound_to_the_chain() -> None:
    assert update_digest(MESSAGE, 1) != update_digest(MESSAGE, 1337)


def test_address_in_lower_case_gives_the_same_digest() -> None:
    lower = dataclasses.replace(MESSAGE, task=Address(TASK.lower()))
    assert update_digest(lower, 1337) == update_digest(MESSAGE, 1337)


@pytest.mark.parametrize("chain_id", [-1, 0, 2**256])
def test_chain_id_outside_its_range_is_refused(chain_id: int) -> None:
    with pytest.raises(EncodingError, match="chain_id"):
        update_digest(MESSAGE, chain_id)


WRONG: list[dict[str, Any]] = [
    {"task": "0x00"},
    {"trainer": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"},
    {"task": TASK.removeprefix("0x")},
    {"task": TASK.upper()},
    {"trainer": bytes(20)},
    {"round": -1},
    {"attempt": 2**32},
    {"samples": 2**32},
    {"base_model": bytes(31)},
    {"commitment": bytes(33)},
    {"content_id": b""},
    {"salt": bytes(31)},
]


@pytest.mark.parametrize("change", WRONG, ids=lambda change: next(iter(change)))
def test_message_with_a_wrong_field_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(EncodingError, match=next(iter(change))):
        dataclasses.replace(MESSAGE, **change)


def test_salt_is_not_shown() -> None:
    assert "salt" not in repr(MESSAGE)
    assert "sssss" not in repr(MESSAGE)


def test_commitments_are_checked_without_torch() -> None:
    code = "import sys, fl_client.encoding, fl_client.aggregation; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
