"""What Brownie needs to see which lines ran: on anvil, in contracts with immutables, and in clones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from hashlib import sha1
from typing import Any

import brownie
from brownie._config import CONFIG
from brownie.network import contract as brownie_contract
from brownie.network.rpc import anvil
from brownie.network.transaction import TransactionReceipt

from tests.contracts.federation import System

BLOCKS = 16
"""Of how many blocks anvil keeps the transactions; the traces of a whole suite would take tens of gigabytes."""

CALLS = 6
"""How often a view of one contract is traced; the harnesses' functions are traced whenever they are called."""


def is_on() -> bool:
    """Whether this is a run with ``--coverage``."""
    return bool(CONFIG.argv.get("coverage"))


def prepare() -> None:
    """Let anvil keep traces, and let Brownie read those that matter; before it connects.

    Anvil keeps the steps of a transaction only if it is told to. Brownie gives up the map of a contract's code whose
    bytes differ from the artifact, in which immutables are zero.
    """
    anvil.CLI_FLAGS["kept_blocks"] = "--transaction-block-keeper"
    for network in CONFIG.networks.values():
        if network.get("cmd") == "anvil":
            network["cmd_settings"] |= {"steps_tracing": True, "kept_blocks": BLOCKS}
    brownie_contract._verify_deployed_code = _tolerant(brownie_contract._verify_deployed_code)
    TransactionReceipt._set_from_receipt = _one_of_a_kind(TransactionReceipt._set_from_receipt)
    brownie_contract.ContractCall.transact = _seldom(brownie_contract.ContractCall.transact)


def make_known(system: System) -> None:
    """Name the code that other contracts created, so that Brownie never saw it."""
    brownie.TrainingTask.at(system.factory.implementation())
    brownie.AvailabilityQuestions.at(system.court.questions())


def leave_memory_out() -> None:
    """Ask for traces without each step's memory, which is most of them, unless an error must be read there."""
    provider = brownie.web3.provider
    ask = provider.make_request

    def ask_for_less(method: Any, parameters: Any) -> Any:
        if method != "debug_traceTransaction" or not parameters:
            return ask(method, parameters)
        answer = ask(method, (parameters[0], {"disableStorage": True, "enableMemory": False}))
        steps = answer.get("result", {}).get("structLogs", [])
        if steps and steps[-1]["op"] == "REVERT":
            return ask(method, parameters)  # Brownie reads the error from there
        for step in steps:
            step["memory"] = []
        return answer

    provider.make_request = ask_for_less


def _tolerant(verify: Callable[..., bool]) -> Callable[..., bool]:
    def verify_but_for_immutables(address: str, expected: str, language: str) -> bool:
        if verify(address, expected, language):
            return True
        mine = bytes.fromhex(expected.removeprefix("0x"))
        theirs = bytes(brownie.web3.eth.get_code(address))
        # Words that are zero in the artifact may be anything.
        pairs: Any = zip(mine, theirs, strict=False)
        return len(mine) == len(theirs) and all(a == b for a, b in pairs if a)

    return verify_but_for_immutables


def _one_of_a_kind(set_from_receipt: Callable[..., None]) -> Callable[..., None]:
    """Read no trace twice: calls of one function with the same outcome and gas took the same way."""

    def name_kind(self: Any, receipt: Any) -> None:
        set_from_receipt(self, receipt)
        kind = f"{self.contract_name}.{self.input[:10]}.{int(self.status)}.{self.gas_used}"
        self.coverage_hash = sha1(kind.encode(), usedforsecurity=False).hexdigest()

    return name_kind


def _seldom(transact: Callable[..., Any]) -> Callable[..., Any]:
    """Under coverage Brownie also sends every call as a transaction; the first ones of each view will do."""
    made: Counter[tuple[str, str]] = Counter()

    def transact_or_not(self: Any, *args: Any, **options: Any) -> Any:
        made[self._name, self.signature] += 1
        if made[self._name, self.signature] > CALLS and "Harness" not in self._name:
            return None
        return transact(self, *args, **options)

    return transact_or_not
