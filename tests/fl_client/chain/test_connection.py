"""Reading: calls, errors by name, time, and nodes that are not there."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from fl_client.chain import Connection, demo_account
from fl_client.chain.rpc import shown_url
from fl_client.errors import ChainError, ChainUnavailable, ContractReverted
from tests.fl_client.chain.conftest import LEDGER, World


@contextmanager
def node(answers: dict[str, Any]) -> Iterator[str]:
    """A server that answers JSON-RPC methods from a table, errors included."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = answers.get(request["method"], {"error": {"code": -32601, "message": "no such method"}})
            body = json.dumps({"jsonrpc": "2.0", "id": request["id"], **answer}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_call_returns_the_value(world: World) -> None:
    assert world.connection.call(world.ledger.functions.least()) == 5


def test_it_contains_the_blocks_that_it_has_and_no_others(world: World) -> None:
    genesis = world.connection.block_hash(0)
    assert genesis is not None and world.connection.contains(genesis)
    assert not world.connection.contains(bytes(32))


FINAL = {
    "named": ({"result": {"number": "0x2a"}}, 42),
    "none-yet": ({"result": None}, None),
    "not-known": ({"error": {"code": -32602, "message": "invalid block tag"}}, None),
}


@pytest.mark.parametrize("case", FINAL)
def test_the_final_block_is_what_the_node_names(case: str) -> None:
    answer, due = FINAL[case]
    with node({"eth_chainId": {"result": "0x5"}, "eth_getBlockByNumber": answer}) as url:
        assert Connection.open(url).final_block() == due


def test_a_node_that_goes_away_names_no_block_that_is_final() -> None:
    with node({"eth_chainId": {"result": "0x5"}}) as url:
        connection = Connection.open(url)
    with pytest.raises(ChainUnavailable):
        connection.final_block()


def test_a_development_chain_waits_for_no_finality(world: World) -> None:
    assert world.connection.final_block() is None


def test_call_needs_no_funds(world: World) -> None:
    poor = demo_account(99, 0).address
    assert world.connection.call(world.ledger.functions.halve(8, 2), sender=poor) == 4


def test_call_with_value_that_the_sender_has_not_fails(world: World) -> None:
    poor = demo_account(99, 0).address
    with pytest.raises(ChainError, match="embedded chain"):
        world.connection.call(world.ledger.functions.least(), sender=poor, value=1)


def test_custom_error_has_its_name_and_arguments(world: World) -> None:
    with pytest.raises(ContractReverted) as caught:
        world.connection.call(world.ledger.functions.store(1, bytes(32)))
    assert (caught.value.name, caught.value.args_) == ("LedgerTooSmall", (1, 5))


def test_custom_error_without_arguments_has_its_name(world: World) -> None:
    with pytest.raises(ContractReverted) as caught:
        world.connection.call(world.ledger.functions.closed())
    assert (caught.value.name, caught.value.args_) == ("LedgerClosed", ())


def test_reason_string_is_an_error(world: World) -> None:
    with pytest.raises(ContractReverted) as caught:
        world.connection.call(world.ledger.functions.reason())
    assert (caught.value.name, caught.value.args_) == ("Error", ("a reason",))


def test_panic_is_explained(world: World) -> None:
    with pytest.raises(ContractReverted, match="division by zero") as caught:
        world.connection.call(world.ledger.functions.halve(8, 0))
    assert (caught.value.name, caught.value.args_) == ("Panic", ("0x12",))


def test_contract_cannot_make_the_client_ask_a_url(world: World) -> None:
    with pytest.raises(ContractReverted) as caught:
        world.connection.call(world.ledger.functions.elsewhere())
    assert caught.value.name == "OffchainLookup"


def test_constructor_error_has_its_name(world: World) -> None:
    with pytest.raises(ContractReverted, match=r"LedgerTooSmall\(0, 1\)"):
        world.connection.call(world.connection.factory(LEDGER).constructor(0))


def test_call_where_no_contract_is_says_so(world: World) -> None:
    nowhere = world.connection.bind(LEDGER, demo_account(99, 1).address)
    with pytest.raises(ChainError, match="no such contract"):
        world.connection.call(nowhere.functions.least())


def test_each_block_is_a_second_after_its_parent(world: World) -> None:
    before = world.connection.now()
    world.sender.send(world.ledger.functions.look())
    assert world.connection.now() == before + 1


def test_wait_until_travels_to_exactly_that_stamp(world: World) -> None:
    target = world.connection.now() + 86_400
    world.connection.wait_until(target)
    assert world.connection.now() == target


def test_wait_until_the_past_mines_nothing(world: World) -> None:
    height = world.connection.block_number()
    world.connection.wait_until(world.connection.now())
    assert world.connection.block_number() == height


def test_node_that_is_gone_is_named() -> None:
    with pytest.raises(ChainError, match=r"no node answers at http://127.0.0.1:9"):
        Connection.open("http://127.0.0.1:9")


def test_other_chain_is_refused() -> None:
    with (
        node({"eth_chainId": {"result": "0x5"}}) as url,
        pytest.raises(ChainError, match="is on chain 5, not on 1"),
    ):
        Connection.open(url, chain_id=1)


def test_node_that_answers_nonsense_is_named() -> None:
    with node({"eth_chainId": {"result": "seven"}}) as url, pytest.raises(ChainError, match="no node"):
        Connection.open(url)


def test_unknown_scheme_is_refused() -> None:
    with pytest.raises(ChainError, match="no node's address"):
        Connection.open("ftp://example.org")


def test_access_keys_are_not_shown() -> None:
    assert shown_url("https://me:pass@example.org:8545/v3/key?token=1") == "https://example.org:8545"


def test_idle_development_chain_is_asked_to_mine() -> None:
    answers: dict[str, Any] = {
        "eth_chainId": {"result": "0x5"},
        "evm_mine": {"error": {"code": -32601, "message": "no"}},
        "eth_getBlockByNumber": {"result": {"timestamp": "0x10"}},
    }

    class Mined(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            if key == "evm_mine":
                self["eth_getBlockByNumber"] = {"result": {"timestamp": "0x11"}}
                return {"result": "0x0"}
            return super().get(key, default)

    with node(Mined(answers)) as url:
        Connection.open(url).wait_until(0x11, timeout_seconds=10)


def test_chain_that_stopped_is_reported() -> None:
    answers = {"eth_chainId": {"result": "0x5"}, "eth_getBlockByNumber": {"result": {"timestamp": "0x10"}}}
    with node(answers) as url, pytest.raises(ChainError, match="still producing blocks"):
        Connection.open(url).wait_until(0x11, timeout_seconds=0.2)


@pytest.mark.parametrize(
    "error",
    [
        {"code": 3, "message": "execution reverted: custom error", "data": "DATA"},  # anvil, geth
        {"code": -32000, "message": "VM Exception", "data": {"result": "DATA"}},  # Ganache
        {"code": -32603, "message": "reverted", "data": {"message": "x", "data": "DATA"}},  # Hardhat
        {"code": -32015, "message": "VM execution error.", "data": "Reverted DATA"},  # OpenEthereum
        {"code": -32000, "message": "VM Exception", "data": {"0xab": {"error": "revert", "return": "DATA"}}},
    ],
)
def test_each_nodes_way_of_wrapping_a_revert_is_understood(error: dict[str, Any]) -> None:
    data = "0x" + world_error().hex()
    answers = {
        "eth_chainId": {"result": "0x5"},
        "eth_call": {"error": json.loads(json.dumps(error).replace("DATA", data))},
    }
    with node(answers) as url:
        connection = Connection.open(url)
        ledger = connection.bind(LEDGER, demo_account(0, 0).address)
        with pytest.raises(ContractReverted, match=r"LedgerTooSmall\(1, 5\)"):
            connection.call(ledger.functions.store(1, bytes(32)))


def world_error() -> bytes:
    """LedgerTooSmall(1, 5) as a contract returns it."""
    from eth_utils.crypto import keccak

    words = (1).to_bytes(32, "big") + (5).to_bytes(32, "big")
    return keccak(text="LedgerTooSmall(uint256,uint256)")[:4] + words
