"""The list of what may happen to a transaction on its way (op-service's txmgr has it), on a real node."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from web3.contract import Contract

from fl_client.chain import (
    Account,
    Connection,
    FeePolicy,
    Journal,
    TransactionRow,
    TransactionSender,
    TransactionStatus,
    UnlockedSender,
    demo_account,
)
from fl_client.errors import ChainError, ChainUnavailable, ContractReverted, HistoryReplaced
from tests.faults.place import ask
from tests.faults.proxy import proxy_before
from tests.fl_client.chain.conftest import LEDGER
from tests.scripts.nodes import node

GWEI = 10**9


@dataclass
class Desk:
    """An account on a node of its own, with a contract to write to."""

    url: str
    connection: Connection
    account: Account
    journal: Journal
    ledger: Contract

    def sender(self, connection: Connection | None = None, **settings: Any) -> TransactionSender:
        settings = {"timeout_seconds": 20, "bump_after_seconds": 0.6} | settings
        return TransactionSender(connection or self.connection, self.account, self.journal, **settings)

    def store(self, key: int, value: int = 1) -> Any:
        return self.ledger.functions.store(key, bytes([value]) * 32)

    def value(self, key: int) -> int:
        return int(self.connection.call(self.ledger.functions.valueOf(key))[0])

    def rows(self, intent: str) -> tuple[TransactionRow, ...]:
        return self.journal.transactions(self.connection.chain_id, self.account.address, intent=intent)

    def statuses(self, intent: str) -> list[str]:
        return [row.status.value for row in self.rows(intent)]

    @property
    def nonce(self) -> int:
        return self.connection.web3.eth.get_transaction_count(self.account.address)  # type: ignore[arg-type]

    def mine(self) -> None:
        ask(self.connection, "evm_mine")

    def outbid(self, row: TransactionRow, *, percent: int) -> None:
        """As another program with the same key: another transaction of the same nonce, for higher fees."""
        when(lambda: self.pooled == row.hash)
        fields = {name: _fields(row)[name] for name in ("nonce", "gas", "chainId", "type")}
        for name in ("maxFeePerGas", "maxPriorityFeePerGas"):
            fields[name] = _fields(row)[name] * percent // 100
        other = self.account.sign_transaction({**fields, "to": self.ledger.address, "value": 0, "data": b""})
        self.connection.web3.eth.send_raw_transaction(other.raw)

    @property
    def pooled(self) -> bytes | None:
        """Hash of the account's transaction that waits for a block."""
        pool = ask(self.connection, "txpool_content")["pending"].get(self.account.address.lower(), {})
        pool = pool or ask(self.connection, "txpool_content")["pending"].get(self.account.address, {})
        return next((bytes.fromhex(one["hash"][2:]) for one in pool.values()), None)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with node("anvil") as found:
        yield found


@pytest.fixture
def desk(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    connection = Connection.open(url)
    receipt = UnlockedSender(connection).deploy(LEDGER, 5)
    assert receipt.contract_address is not None
    account = demo_account(sum(request.node.name.encode()), 7)
    ask(connection, "anvil_setBalance", account.address, hex(10**20))
    with Journal(tmp_path / "state") as journal:
        yield Desk(url, connection, account, journal, connection.bind(LEDGER, receipt.contract_address))
    ask(connection, "evm_setAutomine", True)
    ask(connection, "anvil_dropAllTransactions")
    ask(connection, "anvil_setNextBlockBaseFeePerGas", hex(GWEI))
    ask(connection, "evm_mine")


@dataclass
class Manual:
    """Blocks come only when this lets them."""

    desk: Desk

    def __enter__(self) -> Manual:
        ask(self.desk.connection, "evm_setAutomine", False)
        return self

    def __exit__(self, *_: object) -> None:
        ask(self.desk.connection, "evm_setAutomine", True)


def meanwhile(act: Callable[[], None]) -> threading.Thread:
    """Do something while the test's own thread waits for a receipt."""
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    return thread


def when(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_mined_at_once(desk: Desk) -> None:
    assert desk.sender().send(desk.store(7), intent="one").gas_used > 21_000
    assert desk.statuses("one") == ["mined"] and desk.value(7) == 1


def test_never_mined_ends_in_an_error_that_may_pass(desk: Desk) -> None:
    with Manual(desk), pytest.raises(ChainUnavailable, match="not mined within 1 s"):
        desk.sender(timeout_seconds=1, bump_after_seconds=60).send(desk.store(7), intent="stuck")
    assert desk.statuses("stuck") == ["signed"]


def test_replacement_has_the_nonce_the_gas_and_both_fees_raised(desk: Desk) -> None:
    with Manual(desk):
        helper = meanwhile(lambda: (when(lambda: len(desk.rows("slow")) >= 3), desk.mine())[1])
        desk.sender().send(desk.store(7), intent="slow")
        helper.join()
    rows = [_fields(row) for row in desk.rows("slow")]
    assert len({row["nonce"] for row in rows}) == len({row["gas"] for row in rows}) == 1
    for before, after in zip(rows, rows[1:], strict=False):
        assert after["maxFeePerGas"] * 100 >= before["maxFeePerGas"] * 115
        assert after["maxPriorityFeePerGas"] * 100 >= before["maxPriorityFeePerGas"] * 115
    assert desk.statuses("slow").count("mined") == 1 and "signed" not in desk.statuses("slow")


def test_cheapest_is_mined_after_a_bump(desk: Desk) -> None:
    """A miner may still take what was replaced elsewhere: the receipt of any of them ends the wait."""
    with Manual(desk):
        with pytest.raises(ChainUnavailable):
            desk.sender(timeout_seconds=3, bump_after_seconds=0.5).send(desk.store(7), intent="cheap")
        assert len(desk.rows("cheap")) >= 2
        # Nobody sends now, so that the pool holds what this puts there.
        ask(desk.connection, "anvil_dropAllTransactions")
        desk.connection.web3.eth.send_raw_transaction(desk.rows("cheap")[0].raw)
        desk.mine()
        receipt = desk.sender().send(desk.store(7), intent="cheap")
    assert receipt.hash == desk.rows("cheap")[0].hash
    assert desk.statuses("cheap")[0] == "mined" and set(desk.statuses("cheap")[1:]) == {"replaced"}


def test_base_fee_that_rises_fifty_times_is_met_by_one_bump(desk: Desk) -> None:
    with Manual(desk):
        base = desk.connection.web3.eth.get_block("latest")["baseFeePerGas"]

        def rise() -> None:
            when(lambda: len(desk.rows("dear")) == 1)
            ask(desk.connection, "anvil_setNextBlockBaseFeePerGas", hex(50 * base))
            desk.mine()
            when(lambda: len(desk.rows("dear")) >= 2)
            time.sleep(0.2)
            desk.mine()

        helper = meanwhile(rise)
        desk.sender().send(desk.store(7), intent="dear")
        helper.join()
    assert desk.value(7) == 1 and len(desk.rows("dear")) <= 3


def test_fee_above_the_policy_is_said_and_waited_for(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    fees = FeePolicy(max_fee_wei=3 * GWEI)
    ask(desk.connection, "anvil_setNextBlockBaseFeePerGas", hex(50 * GWEI))
    desk.mine()
    with caplog.at_level(logging.WARNING), pytest.raises(ChainError, match="less than block base fee"):
        desk.sender(fees=fees).send(desk.store(7), intent="capped")
    assert desk.nonce == 0
    ask(desk.connection, "anvil_setNextBlockBaseFeePerGas", hex(GWEI))
    desk.mine()
    desk.sender(fees=fees).send(desk.store(7), intent="capped")
    assert desk.value(7) == 1


def test_bump_that_a_node_finds_too_low_is_raised_further(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """A stranger's dearer transaction of the same nonce lies in the pool."""
    with Manual(desk), caplog.at_level(logging.WARNING):

        def outbid() -> None:
            when(lambda: len(desk.rows("again")) == 1)
            desk.outbid(desk.rows("again")[0], percent=145)
            when(lambda: desk.pooled in {row.hash for row in desk.rows("again")})
            desk.mine()

        helper = meanwhile(outbid)
        desk.sender(bump_after_seconds=0.4).send(desk.store(7), intent="again")
        helper.join()
    assert "underpriced" in caplog.text
    fees = [_fields(row)["maxFeePerGas"] for row in desk.rows("again")]
    assert fees == sorted(set(fees)) and desk.statuses("again")[-1] == "mined" and desk.value(7) == 1


def test_dropped_transaction_is_sent_again_as_it_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fl_client.chain.delivery._RESEND_SECONDS", 0.3)
    with Manual(desk):

        def drop() -> None:
            when(lambda: len(desk.rows("lost")) == 1)
            wanted = "0x" + desk.rows("lost")[0].hash.hex()
            when(lambda: ask(desk.connection, "anvil_dropTransaction", wanted) == wanted)
            when(lambda: int(ask(desk.connection, "txpool_status")["pending"], 16) == 1)
            desk.mine()

        helper = meanwhile(drop)
        desk.sender(bump_after_seconds=60).send(desk.store(7), intent="lost")
        helper.join()
    assert desk.statuses("lost") == ["mined"] and desk.value(7) == 1


def test_nonce_that_another_process_took_is_said_and_the_deed_done(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fl_client.chain.delivery._RESEND_SECONDS", 0.3)
    with Manual(desk), caplog.at_level(logging.WARNING):

        def take() -> None:
            when(lambda: len(desk.rows("mine")) == 1)
            desk.outbid(desk.rows("mine")[0], percent=300)
            desk.mine()
            when(lambda: len(desk.rows("mine")) == 2)
            desk.mine()

        helper = meanwhile(take)
        desk.sender(bump_after_seconds=60).send(desk.store(7), intent="mine")
        helper.join()
    assert (
        f"nonce 0 of {desk.account.address} went to a transaction that is not in the journal" in caplog.text
    )
    assert desk.statuses("mine") == ["replaced", "mined"] and desk.value(7) == 1 and desk.nonce == 2


def test_nonces_that_are_taken_again_and_again_end_in_a_line(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fl_client.chain.delivery._RESEND_SECONDS", 0.3)
    with Manual(desk):

        def take() -> None:
            for number in (1, 2, 3):
                when(lambda number=number: len(desk.rows("mine")) == number)  # type: ignore[misc]
                desk.outbid(desk.rows("mine")[-1], percent=300)
                desk.mine()

        helper = meanwhile(take)
        with pytest.raises(ChainError, match="another program sends as .* and took its nonce 3 times"):
            desk.sender(bump_after_seconds=60).send(desk.store(7), intent="mine")
        helper.join()
    assert desk.value(7) == 0


def test_nonce_too_low_at_the_first_sending_is_passed(desk: Desk) -> None:
    """Between the filling and the sending somebody else used it."""
    sender, other = desk.sender(), UnlockedSender(desk.connection)
    ask(desk.connection, "anvil_impersonateAccount", desk.account.address)
    keep = sender._delivery.keep

    def late(intent: str, transaction: Any) -> Any:
        row = keep(intent, transaction)
        if len(desk.rows(intent)) == 1:
            web3 = desk.connection.web3
            taken = web3.eth.send_transaction(
                {"from": desk.account.address, "to": other.address, "value": 1}  # type: ignore[typeddict-item]
            )
            web3.eth.wait_for_transaction_receipt(taken)
        return row

    sender._delivery.keep = late  # type: ignore[method-assign]
    sender.send(desk.store(7), intent="raced")
    assert desk.statuses("raced") == ["refused", "mined"] and desk.value(7) == 1


def test_own_nonce_too_low_after_it_was_mined_is_success(desk: Desk) -> None:
    sender = desk.sender()
    first = sender.send(desk.store(7), intent="done")
    desk.journal.set_status(
        desk.rows("done")[0].hash, TransactionStatus.SIGNED
    )  # as if it died before the note
    assert desk.sender().resume() == (first,)
    assert desk.statuses("done") == ["mined"] and desk.nonce == 1


def test_already_known_is_success(desk: Desk) -> None:
    with Manual(desk):
        with pytest.raises(ChainUnavailable):
            desk.sender(timeout_seconds=0.5, bump_after_seconds=60).send(desk.store(7), intent="known")
        helper = meanwhile(lambda: (time.sleep(1), desk.mine())[1])
        desk.sender(bump_after_seconds=60).resume()
        helper.join()
    assert desk.statuses("known") == ["mined"] and desk.nonce == 1


def test_all_calls_failing_ends_in_an_error_that_may_pass_and_loses_nothing(desk: Desk) -> None:
    with proxy_before(desk.url) as proxy:
        connection = Connection.open(proxy.url)
        ledger = connection.bind(LEDGER, desk.ledger.address)  # type: ignore[arg-type]
        proxy.begin("refuse", seconds=2)
        with pytest.raises(ChainUnavailable):
            desk.sender(connection).send(ledger.functions.store(7, b"\x01" * 32), intent="gone")
        time.sleep(2.5)
        desk.sender(connection).send(ledger.functions.store(7, b"\x01" * 32), intent="gone")
    assert desk.value(7) == 1 and desk.nonce == 1


@pytest.mark.parametrize("fault", ["cut", "deaf"])
def test_only_the_answer_is_lost(desk: Desk, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fl_client.chain.rpc.REQUEST_SECONDS", 1)
    with proxy_before(desk.url) as proxy:
        connection = Connection.open(proxy.url)
        ledger = connection.bind(LEDGER, desk.ledger.address)  # type: ignore[arg-type]
        sender = desk.sender(connection)
        broadcast = sender._delivery.broadcast

        def strike(row: TransactionRow) -> None:
            proxy.begin(fault, requests=1)
            broadcast(row)

        sender._delivery.broadcast = strike  # type: ignore[method-assign]
        sender.send(ledger.functions.store(7, b"\x01" * 32), intent="once")
    assert proxy.hits == ["eth_sendRawTransaction"]
    assert desk.value(7) == 1 and desk.nonce == 1 and desk.statuses("once") == ["mined"]


def test_deed_counts_only_after_its_confirmations(desk: Desk) -> None:
    with Manual(desk):
        height = desk.connection.block_number()
        seen: list[int] = []

        def blocks() -> None:
            when(lambda: len(desk.rows("deep")) == 1)
            for _ in range(4):
                time.sleep(0.4)
                seen.append(desk.connection.block_number())
                desk.mine()

        helper = meanwhile(blocks)
        receipt = desk.sender(bump_after_seconds=60, confirmations=3).send(desk.store(7), intent="deep")
        helper.join()
    assert desk.connection.block_number() >= receipt.block + 3 > height + 3


def test_receipt_that_a_reorganisation_took_is_followed(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Waiting for confirmations: the same bytes go out again, not others."""
    with Manual(desk), caplog.at_level(logging.WARNING):

        def replace_the_block() -> None:
            when(lambda: len(desk.rows("moved")) == 1)
            time.sleep(0.3)
            desk.mine()
            time.sleep(0.8)
            ask(desk.connection, "anvil_reorg", 1, [])
            for _ in range(4):
                time.sleep(0.6)
                desk.mine()

        helper = meanwhile(replace_the_block)
        desk.sender(bump_after_seconds=60, confirmations=2).send(desk.store(7), intent="moved")
        helper.join()
    assert "was replaced: sent again" in caplog.text
    assert desk.statuses("moved") == ["mined"] and desk.value(7) == 1 and desk.nonce == 1


@pytest.mark.parametrize("depth", [1, 3])
def test_what_a_reorganisation_took_is_sent_again_as_it_was(desk: Desk, depth: int) -> None:
    sender = desk.sender()
    for key in range(7, 7 + depth):
        sender.send(desk.store(key), intent=f"deed {key}")
    before = [desk.rows(f"deed {key}")[0].hash for key in range(7, 7 + depth)]
    ask(desk.connection, "anvil_reorg", depth, [])
    assert desk.nonce == 0
    assert sender.recover() == depth
    sender.resume()
    assert [desk.rows(f"deed {key}")[0].hash for key in range(7, 7 + depth)] == before
    assert [desk.value(key) for key in range(7, 7 + depth)] == [1] * depth and desk.nonce == depth


def test_unnoticed_reorganisation_comes_before_the_next_deed(desk: Desk) -> None:
    sender = desk.sender()
    sender.send(desk.store(7), intent="first")
    ask(desk.connection, "anvil_reorg", 1, [])
    with pytest.raises(HistoryReplaced, match="look at the chain anew"):
        sender.send(desk.store(8), intent="second")
    sender.send(desk.store(8), intent="second")
    assert (desk.value(7), desk.value(8)) == (1, 1)


def test_transaction_that_ran_out_of_gas_is_a_refusal_and_not_waited_for(desk: Desk) -> None:
    sender = desk.sender()
    fill = sender._fill

    def starved(function: Any, value: int) -> Any:
        return {**fill(function, value), "gas": 25_000}

    sender._fill = starved  # type: ignore[method-assign]
    with pytest.raises(ContractReverted):
        sender.send(desk.store(7), intent="starved")
    assert desk.statuses("starved") == ["reverted"]


def test_chain_that_was_reset_is_named(desk: Desk) -> None:
    desk.sender().send(desk.store(7))
    with (
        node("anvil") as other,
        pytest.raises(ChainError, match=r"is of another chain with the id 31337.*new state"),
    ):
        desk.sender(Connection.open(other)).resume()


def _fields(row: TransactionRow) -> dict[str, Any]:
    from eth_account.typed_transactions.typed_transaction import TypedTransaction
    from hexbytes import HexBytes

    return dict(TypedTransaction.from_bytes(HexBytes(row.raw)).as_dict())
