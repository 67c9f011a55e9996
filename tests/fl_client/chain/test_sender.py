"""Sending: nothing twice, nothing lost, whatever fails in between."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from web3.types import RPCEndpoint

from fl_client.chain import (
    Connection,
    FeePolicy,
    Journal,
    TransactionSender,
    TransactionStatus,
    demo_account,
)
from fl_client.chain.node import NodeRefused
from fl_client.errors import ChainError, ContractReverted
from tests.fl_client.chain.conftest import LEDGER, World

SEND = "eth_sendRawTransaction"


def intercept(connection: Connection, method: str, act: Callable[[Callable[[], Any], Any], Any]) -> None:
    """Let a fault stand between web3 and the chain: ``act(pass_on, params)`` answers the method."""
    provider = connection.web3.provider
    original = provider.make_request

    def make_request(asked: RPCEndpoint, params: Any) -> Any:
        if asked != method:
            return original(asked, params)
        return act(lambda: original(asked, params), params)

    provider.make_request = make_request  # type: ignore[method-assign, assignment]
    provider._request_func_cache = (None, None)  # type: ignore[assignment]


def statuses(world: World, intent: str) -> list[TransactionStatus]:
    rows = world.journal.transactions(world.connection.chain_id, world.sender.address, intent=intent)
    return [row.status for row in rows]


def value_of(world: World, key: int) -> bytes:
    found: bytes = world.connection.call(world.ledger.functions.valueOf(key))
    return found


def nonce(world: World) -> int:
    return world.connection.web3.eth.get_transaction_count(world.sender.address)  # type: ignore[arg-type]


def test_receipt_tells_of_the_transaction(world: World) -> None:
    receipt = world.sender.send(world.ledger.functions.store(7, b"\x07" * 32))
    assert receipt.block == world.connection.block_number()
    assert receipt.gas_used > 21_000 and len(receipt.logs) == 1 and receipt.contract_address is None


def test_refused_call_is_never_sent(world: World) -> None:
    before = nonce(world)
    with pytest.raises(ContractReverted, match=r"LedgerTooSmall\(1, 5\)"):
        world.sender.send(world.ledger.functions.store(1, bytes(32)), intent="small")
    assert nonce(world) == before and statuses(world, "small") == []


def test_refusal_at_mining_has_the_errors_name(world: World) -> None:
    """The simulation passes at the latest stamp, the next block's stamp is one later."""
    with pytest.raises(ContractReverted):
        world.sender.send(world.ledger.functions.onlyWhile(world.connection.now()), intent="late")
    assert statuses(world, "late") == [TransactionStatus.REVERTED]


def test_same_intent_is_sent_once(world: World) -> None:
    first = world.sender.send(world.ledger.functions.store(7, b"\x07" * 32), intent="once")
    again = world.sender.send(world.ledger.functions.store(7, b"\x08" * 32), intent="once")
    assert first == again and value_of(world, 7) == b"\x07" * 32


def test_calls_without_an_intent_are_deeds_of_their_own(world: World) -> None:
    for value in (b"\x07" * 32, b"\x08" * 32):
        world.sender.send(world.ledger.functions.store(7, value))
    assert value_of(world, 7) == b"\x08" * 32


def test_deed_without_an_intent_is_never_taken_for_one_before_a_restart(world: World) -> None:
    """Refused calls take numbers and leave no rows; another process counts the rows."""
    for _ in range(3):
        with pytest.raises(ContractReverted):
            world.sender.send(world.ledger.functions.store(1, bytes(32)))
    world.sender.send(world.ledger.functions.store(7, b"\x07" * 32))
    again = restarted(world)
    for value in range(4):
        again.send(world.ledger.functions.store(8, bytes([value]) * 32))
        assert value_of(world, 8) == bytes([value]) * 32


def test_transaction_is_in_the_journal_before_it_is_sent(world: World) -> None:
    seen: list[list[TransactionStatus]] = []

    def look(pass_on: Callable[[], Any], _: Any) -> Any:
        seen.append(statuses(world, "kept"))
        return pass_on()

    intercept(world.connection, SEND, look)
    world.sender.send(world.ledger.functions.store(7, bytes(32)), intent="kept")
    assert seen == [[TransactionStatus.SIGNED]]
    assert statuses(world, "kept") == [TransactionStatus.MINED]


def test_lost_answer_to_a_sent_transaction_does_no_harm(world: World) -> None:
    def lose(pass_on: Callable[[], Any], _: Any) -> Any:
        pass_on()
        raise ConnectionResetError("the answer was lost")

    intercept(world.connection, SEND, lose)
    receipt = world.sender.send(world.ledger.functions.store(7, b"\x07" * 32), intent="lost answer")
    assert receipt.block == world.connection.block_number() and value_of(world, 7) == b"\x07" * 32


def restarted(world: World) -> TransactionSender:
    """Another sender over the same journal, as after a crash."""
    return TransactionSender(world.connection, demo_account(3, 0), world.journal, timeout_seconds=3)


def test_transaction_that_never_left_is_sent_after_a_restart(world: World) -> None:
    cut = {"off": True}

    def sometimes(pass_on: Callable[[], Any], _: Any) -> Any:
        if cut["off"]:
            raise ConnectionRefusedError("nobody listens")
        return pass_on()

    intercept(world.connection, SEND, sometimes)
    with pytest.raises(ChainError, match="nobody listens"):
        world.sender.send(world.ledger.functions.store(7, b"\x07" * 32), intent="cut off")
    assert statuses(world, "cut off") == [TransactionStatus.SIGNED]
    cut["off"] = False
    (receipt,) = restarted(world).resume()
    assert value_of(world, 7) == b"\x07" * 32 and statuses(world, "cut off") == [TransactionStatus.MINED]
    assert receipt.block == world.connection.block_number()


def test_later_deed_sends_what_was_left_behind_first(world: World) -> None:
    cut = {"off": True}

    def sometimes(pass_on: Callable[[], Any], _: Any) -> Any:
        if cut["off"]:
            raise ConnectionRefusedError("nobody listens")
        return pass_on()

    intercept(world.connection, SEND, sometimes)
    with pytest.raises(ChainError):
        world.sender.send(world.ledger.functions.store(7, b"\x07" * 32), intent="first")
    cut["off"] = False
    restarted(world).send(world.ledger.functions.store(8, b"\x08" * 32), intent="second")
    assert value_of(world, 7) == b"\x07" * 32 and value_of(world, 8) == b"\x08" * 32


def test_refused_transaction_frees_its_nonce(world: World) -> None:
    refusing = {"on": True}

    def refuse(pass_on: Callable[[], Any], _: Any) -> Any:
        if refusing["on"]:
            raise NodeRefused("insufficient funds for gas")
        return pass_on()

    intercept(world.connection, SEND, refuse)
    with pytest.raises(ChainError, match="insufficient funds"):
        world.sender.send(world.ledger.functions.store(7, b"\x07" * 32), intent="poor")
    assert statuses(world, "poor") == [TransactionStatus.REFUSED]
    refusing["on"] = False
    world.sender.send(world.ledger.functions.store(8, b"\x08" * 32))
    world.sender.send(world.ledger.functions.store(7, b"\x07" * 32), intent="poor")
    assert value_of(world, 7) == b"\x07" * 32


def test_dropped_transaction_is_mined_after_its_fees_were_raised(world: World) -> None:
    sent: list[bytes] = []

    def drop_the_first(pass_on: Callable[[], Any], params: Any) -> Any:
        sent.append(params[0])
        return {"jsonrpc": "2.0", "id": 1, "result": "0x" + "00" * 32} if len(sent) == 1 else pass_on()

    intercept(world.connection, SEND, drop_the_first)
    world.sender.send(world.ledger.functions.store(7, b"\x07" * 32), intent="cheap")
    assert statuses(world, "cheap") == [TransactionStatus.REPLACED, TransactionStatus.MINED]
    rows = world.journal.transactions(world.connection.chain_id, world.sender.address, intent="cheap")
    assert rows[0].nonce == rows[1].nonce and value_of(world, 7) == b"\x07" * 32


def test_transaction_that_is_never_mined_ends_in_a_line(world: World) -> None:
    intercept(world.connection, SEND, lambda *_: {"jsonrpc": "2.0", "id": 1, "result": "0x" + "00" * 32})
    with pytest.raises(ChainError, match="stuck: not mined within 3 s"):
        world.sender.send(world.ledger.functions.store(7, bytes(32)), intent="stuck")
    assert set(statuses(world, "stuck")) == {TransactionStatus.SIGNED}


def test_fees_are_never_raised_above_the_policy(world: World, tmp_path: Path) -> None:
    dropped: list[Any] = []

    def drop(_: Callable[[], Any], params: Any) -> Any:
        dropped.append(params[0])
        return {"jsonrpc": "2.0", "id": 1, "result": "0x" + "00" * 32}

    intercept(world.connection, SEND, drop)
    capped = TransactionSender(
        world.connection, demo_account(3, 1), world.journal,
        fees=FeePolicy(max_fee_wei=3 * 10**9), timeout_seconds=1, bump_after_seconds=0.1,
    )  # fmt: skip
    with pytest.raises(ChainError, match="not mined"):
        capped.send(world.ledger.functions.store(7, bytes(32)), intent="capped")
    assert len(dropped) <= 2


def test_nonce_that_another_program_used_ends_the_intent(world: World, tmp_path: Path) -> None:
    cut = {"off": True}

    def sometimes(pass_on: Callable[[], Any], _: Any) -> Any:
        if cut["off"]:
            raise ConnectionRefusedError("nobody listens")
        return pass_on()

    intercept(world.connection, SEND, sometimes)
    with pytest.raises(ChainError):
        world.sender.send(world.ledger.functions.store(7, b"\x07" * 32), intent="overtaken")
    cut["off"] = False
    with Journal(tmp_path / "other") as journal:
        other = TransactionSender(world.connection, demo_account(3, 0), journal)
        other.send(world.ledger.functions.store(9, b"\x09" * 32))
    assert restarted(world).resume() == ()
    assert statuses(world, "overtaken") == [TransactionStatus.REPLACED]
    assert value_of(world, 7) == bytes(32)


def test_deployment_receipt_says_where(world: World) -> None:
    address = world.sender.deploy(LEDGER, 9).contract_address
    assert address is not None
    assert world.connection.call(world.connection.bind(LEDGER, address).functions.least()) == 9
