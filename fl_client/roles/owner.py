"""The owner: pays for a task, starts it, and ends one that cannot go on."""

from __future__ import annotations

from fl_client.chain import Connection, TransactionSender
from fl_client.chain.contracts import Deployment, Phase, ReviewTerms, TaskContract, TaskParameters
from fl_client.roles.acting import GasBook
from fl_client.roles.creating import create_paid
from fl_client.roles.inputs import RoundInputs
from fl_client.roles.participant import Participant
from fl_client.rounds import NO_TRUST, TaskWatch


def create_task(
    connection: Connection,
    deployment: Deployment,
    sender: TransactionSender,
    parameters: TaskParameters,
    gas: GasBook,
    *,
    intent: str | None = None,
    terms: ReviewTerms | None = None,
) -> TaskContract:
    """Pay for a task and create it.

    Args:
        connection: the chain.
        deployment: where the contracts are.
        sender: the owner, who has the budget.
        parameters: of the task.
        gas: where the gas is noted.
        intent: a name for this one creation. A second call with the same name, also after a restart, finds the
            task that the first one paid for; ``None`` makes another task each time.
        terms: how its updates are reviewed; ``None``: they are not.

    Raises:
        ContractReverted: a parameter lies outside the factory's bounds; the error names it.
        ChainError: the node is gone, or the balance is too small.
    """
    factory = connection.contract("TaskFactory", deployment.factory)
    # Before anything is paid for: an argument that no call can carry is refused here.
    call, budget = factory.functions.createTask(parameters.to_tuple()), parameters.budget
    if terms is not None:
        call = factory.functions.createReviewedTask(parameters.to_tuple(), terms.to_tuple())
        budget += parameters.rounds * terms.committee * terms.reward
    task = create_paid(
        connection, deployment, sender, call, gas, budget=budget, event="TaskCreated", intent=intent
    )
    return TaskContract(connection, deployment, task)


class Owner(Participant):
    """The account that pays."""

    role = "owner"

    def __init__(
        self, watch: TaskWatch, sender: TransactionSender, gas: GasBook, *, inputs: RoundInputs | None = None
    ) -> None:
        """Make an owner.

        Args:
            inputs: what it gives to each round; ``None`` gives nothing, and by a rule that asks for it the model
                then stays as it is.
        """
        super().__init__(watch, sender, gas)
        self.inputs = inputs

    def act(self, phase: Phase) -> str | None:
        """Start the task as soon as it may; give each round what its rule asks for; move the task on."""
        if phase is Phase.COMMIT and self.inputs is not None and (done := self.give(self.inputs)) is not None:
            return done
        return self.advance(phase)

    def give(self, inputs: RoundInputs) -> str | None:
        """Commit to the round's trusted update and reputations, before anybody can have revealed anything."""
        number = self.ledger.round
        if not inputs.needs or self.ledger.tables.has_inputs(number) or self.ledger.current().reveals:
            return None
        trusted, listed = inputs.trusted(number), inputs.listed()
        root, content = (bytes(32), 0), NO_TRUST
        if trusted is not None:
            # The bytes are public before the chain hears of them, and not on this disk alone: without them nobody can
            # compute the round, and nobody else has them.
            content = inputs.models.store.put(trusted.data).digest
            root = (trusted.root.hash, trusted.root.sum)
        # Learning takes its time, and the round may be another by now.
        self.contract.look_again()
        if self.contract.clock().round != number:
            return None
        self.send(
            self.contract.tables.functions.postInputs(self.contract.address, number, root, content, listed),
            intent=f"inputs {self.contract.address} {number}",
        )
        return "gave the round what its rule asks for"
