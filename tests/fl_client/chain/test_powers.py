"""Asking a chain for a long power before anything of an encrypted task is paid for."""

from __future__ import annotations

from typing import Any

import pytest

from fl_client.chain import Connection
from fl_client.chain.powers import require_powers
from fl_client.errors import ChainError
from tests.fl_client.chain.test_connection import node

LENGTH = 64
RIGHT = pow(2**1024 - 3, 2**512 - 1, 2**1024 - 1).to_bytes(2 * LENGTH, "big")


class Answers(dict[str, Any]):
    """A node with one block, and what it says to a call."""

    def __init__(self, said: dict[str, Any], *, block_gas: int = 30_000_000) -> None:
        block = {"number": "0x3", "timestamp": "0x1", "gasLimit": hex(block_gas)}
        super().__init__({"eth_chainId": {"result": "0x5"}, "eth_getBlockByNumber": {"result": block}})
        self["eth_call"] = said


def asked(answers: Answers) -> None:
    with node(answers) as url:
        require_powers(Connection.open(url), LENGTH)


@pytest.mark.parametrize("length", [64, 256])
def test_the_rules_of_prague_take_keys_of_2048_bits(length: int) -> None:
    require_powers(Connection.embedded(accounts=1), length)


def test_a_power_beyond_a_quarter_of_a_block_is_refused_by_the_rules_of_prague_too() -> None:
    with pytest.raises(ChainError, match="takes more than 5500000 gas at embedded chain"):
        require_powers(Connection.embedded(accounts=1), 384)


def test_a_node_that_computes_it_is_taken() -> None:
    asked(Answers({"result": "0x" + RIGHT.hex()}))


def test_a_node_that_runs_out_of_gas_is_refused_with_what_it_says() -> None:
    said = {"error": {"code": -32603, "message": "EVM error PrecompileOOG"}}
    with pytest.raises(
        ChainError, match=r"a long power takes more than 5500000 gas .*PrecompileOOG.*512 bits"
    ):
        asked(Answers(said))


def test_no_transaction_is_longer_than_2_to_the_24_gas_however_great_the_blocks_are() -> None:
    said = {"error": {"code": -32000, "message": "out of gas"}}
    with pytest.raises(ChainError, match="takes more than 14777216 gas"):
        asked(Answers(said, block_gas=300_000_000))


def test_a_chain_of_small_blocks_is_refused() -> None:
    with pytest.raises(ChainError, match="hold 8000000 gas"):
        asked(Answers({"result": "0x" + RIGHT.hex()}, block_gas=8_000_000))


BESIDE = RIGHT[:-1] + bytes([RIGHT[-1] ^ 1])


@pytest.mark.parametrize(
    "answer", ["0x", "0x" + "00" * 2 * LENGTH, "0x" + BESIDE.hex()], ids=["nothing", "zero", "one beside"]
)
def test_a_chain_without_the_precompile_is_refused(answer: str) -> None:
    with pytest.raises(ChainError, match="has no powers at address 5"):
        asked(Answers({"result": answer}))


def test_a_node_that_is_gone_may_come_back() -> None:
    with node(Answers({"result": "0x"})) as url:
        connection = Connection.open(url)
    with pytest.raises(ChainError) as gone:
        require_powers(connection, LENGTH)
    assert gone.value.passing
