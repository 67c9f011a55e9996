"""How a task of either kind comes to be: looked at by the factory, paid for, created once."""

from __future__ import annotations

from typing import Any

from fl_client.chain import Connection, TransactionSender, load_artifact
from fl_client.chain.contracts import Deployment
from fl_client.chain.events import EventDecoder
from fl_client.errors import ChainError, ContractReverted
from fl_client.roles.acting import GasBook
from fl_client.types import Address


def create_paid(
    connection: Connection,
    deployment: Deployment,
    sender: TransactionSender,
    call: Any,
    gas: GasBook,
    *,
    budget: int,
    event: str,
    intent: str | None,
) -> Address:
    """Let the pool take a task's budget, and have the factory create the task.

    Args:
        connection: the chain.
        deployment: where the contracts are.
        sender: the owner, who has the budget.
        call: of the factory, with its arguments.
        gas: where the gas is noted.
        budget: in 1e-18 coin.
        event: of the factory, which names the task.
        intent: a name for this one creation. A second call with the same name, also after a restart, finds the
            task that the first one paid for; ``None`` makes another task each time.

    Returns:
        The task's address.

    Raises:
        ContractReverted: a parameter lies outside the factory's bounds; the error names it.
        ChainError: the node is gone, or the balance is too small.
    """
    if intent is None or not sender.knows(intent):
        coin = connection.contract("DeepCoin", deployment.coin)
        balance = connection.call(coin.functions.balanceOf(sender.address))
        if balance < budget:
            raise ChainError(
                f"the task's budget is {budget}, {sender.address} has {balance}: get more coins, or lower rewards, "
                "rounds or participants"
            )
        _require_admitted(connection, call, sender.address)
        approve = coin.functions.approve(deployment.pool, budget)
        gas.note("owner", "approve", sender.send(approve).gas_used)
    receipt = sender.send(call, intent=intent)
    gas.note("owner", call.fn_name, receipt.gas_used)
    for found in EventDecoder([load_artifact("TaskFactory")]).decode(receipt.logs):
        if found.name == event and found.address == deployment.factory:
            return Address(found.args["task"])
    raise ChainError("the factory announced no task: is the deployment file the right one?")


def _require_admitted(connection: Connection, call: Any, owner: Address) -> None:
    """Let the factory look at the parameters, which it does before it asks for coins.

    Raises:
        ContractReverted: one lies outside its bounds.
    """
    try:
        connection.call(call, sender=owner)
    except ContractReverted as refusal:
        if refusal.name.startswith("TaskFactory"):
            raise
