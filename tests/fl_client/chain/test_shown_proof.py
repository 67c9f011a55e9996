"""What a task was shown is read from the transaction that showed it, whatever else a transaction says."""

from __future__ import annotations

from typing import Any

import pytest

from fl_client.chain import demo_account
from fl_client.types import Address, Bytes32
from tests.encrypted_stage import Ground, Stage, make_ground

STRANGER = demo_account(0, 398).address


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    ground: Ground = make_ground(tmp_path_factory.mktemp("shown"))
    return Stage(ground)


def mined(stage: Stage, receiver: Address, data: bytes) -> Bytes32:
    """The hash of a transaction with that data, refused by its receiver or not."""
    account, web3 = demo_account(0, 399), stage.connection.web3
    fields: dict[str, Any] = {
        "to": receiver,
        "data": data,
        "value": 0,
        "gas": 1_000_000,
        "nonce": web3.eth.get_transaction_count(account.address),  # type: ignore[arg-type]
        "chainId": stage.connection.chain_id,
        "maxFeePerGas": 10**11,
        "maxPriorityFeePerGas": 10**9,
    }
    signed = account.sign_transaction(fields)
    return Bytes32(bytes(web3.eth.send_raw_transaction(signed.raw)))


def call(stage: Stage, proof: bytes) -> bytes:
    return bytes.fromhex(stage.contract.task.encode_abi("showChunk", args=[proof])[2:])


def test_what_the_task_was_told_is_read(stage: Stage) -> None:
    told = mined(stage, stage.contract.address, call(stage, b"what was shown"))
    assert stage.contract.shown_proof(told) == b"what was shown"


def test_padding_is_not_looked_at(stage: Stage) -> None:
    data = call(stage, b"what was shown")[:-1] + b"!"
    assert stage.contract.shown_proof(mined(stage, stage.contract.address, data)) == b"what was shown"


def test_what_another_contract_was_told_is_not_what_the_task_was_shown(stage: Stage) -> None:
    assert stage.contract.shown_proof(mined(stage, STRANGER, call(stage, b"a lie"))) is None


CUT = {"arguments": -32, "all-but-the-name": 4, "name": 3, "everything": 0}


@pytest.mark.parametrize("kept", CUT.values(), ids=CUT)
def test_what_is_no_call_at_all_shows_nothing(stage: Stage, kept: int) -> None:
    data = call(stage, bytes(40))[:kept]
    for receiver in (STRANGER, stage.contract.address):
        assert stage.contract.shown_proof(mined(stage, receiver, data)) is None


def test_a_length_that_no_memory_holds_shows_nothing(stage: Stage) -> None:
    data = call(stage, b"")[:36] + b"\xff" * 32
    assert stage.contract.shown_proof(mined(stage, stage.contract.address, data)) is None


def test_a_transaction_that_the_node_does_not_keep_shows_nothing(stage: Stage) -> None:
    assert stage.contract.shown_proof(Bytes32(bytes(32))) is None
