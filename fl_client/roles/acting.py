"""What every account that acts in a task has: steps that may be taken again at any time, and one way to send."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from fl_client.chain import PASSES_NOW, Receipt, TransactionSender
from fl_client.chain.contracts.clone import TaskClone
from fl_client.errors import ContractReverted, HistoryReplaced
from fl_client.rounds.following import Following, Ledger
from fl_client.types import Address

_log = logging.getLogger(__name__)

_MOST_OVERTAKEN: Final = 3
"""In a row: the chain's clock may reach a deadline between the simulation of a call and its block."""


@dataclass(slots=True)
class GasBook:
    """What every call of every role has cost, in gas: role -> call -> one figure a transaction."""

    spent: dict[str, dict[str, list[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def note(self, role: str, call: str, gas: int) -> None:
        """Write one transaction down."""
        self.spent[role][call].append(gas)

    @property
    def total(self) -> int:
        """Gas of all transactions."""
        return sum(gas for calls in self.spent.values() for figures in calls.values() for gas in figures)

    def summary(self) -> dict[str, dict[str, dict[str, int]]]:
        """Count, mean and greatest figure by role and call."""
        return {
            role: {
                call: {"count": len(figures), "mean": round(sum(figures) / len(figures)), "max": max(figures)}
                for call, figures in sorted(calls.items())
            }
            for role, calls in sorted(self.spent.items())
        }


AnyContract = TypeVar("AnyContract", bound=TaskClone)
AnyLedger = TypeVar("AnyLedger", bound=Ledger)
AnyPhase = TypeVar("AnyPhase")


class Actor(ABC, Generic[AnyContract, AnyLedger, AnyPhase]):
    """An account that acts in one task.

    Its `step` looks at the chain, does at most one thing that is due, and says what it was; taken again it
    goes on from whatever the chain and the journal say, so a killed process just starts anew.

    Attributes:
        role: its name in the gas book.
        races: refusals that mean that somebody else was faster, or that the time for the call passed meanwhile.
        looked_at: the block of the last step.
    """

    role = "participant"
    races: frozenset[str] = frozenset()

    def __init__(
        self, watch: Following[AnyContract, AnyLedger], sender: TransactionSender, gas: GasBook
    ) -> None:
        self._watch = watch
        self.sender = sender
        self.gas = gas
        self.looked_at = -1
        self._overtaken = 0
        self._reorganisations = watch.reorganisations

    @property
    def address(self) -> Address:
        """The account."""
        return self.sender.address

    @property
    def contract(self) -> AnyContract:
        """The task's contract."""
        return self._watch.contract

    @property
    def speakers(self) -> tuple[Address, ...]:
        """Whose events are news to somebody in the task."""
        return (self.contract.address,)

    @property
    def ledger(self) -> AnyLedger:
        """What has happened so far."""
        return self._watch.ledger

    def step(self) -> str | None:
        """Do what is due; returns what was done, or None."""
        # What was begun comes first: a decision made before its end would be made from half of the facts.
        self.sender.resume()
        with self.contract.held() as block:
            self.looked_at = block
            phase = self._look()
            if self._watch.reorganisations != self._reorganisations:
                lost = self.sender.recover()
                self._reorganisations = self._watch.reorganisations
                if lost:
                    return f"sent again {lost} transactions that the chain had lost"
            try:
                done = self.act(phase)
            except ContractReverted as refusal:
                self._note(refusal)
                return None
            except HistoryReplaced as replaced:
                _log.warning("%s", replaced)
                return "sent again what the chain had lost"
        self._overtaken = 0
        return done

    @abstractmethod
    def _look(self) -> AnyPhase:
        """Read what is new; returns the phase."""

    @abstractmethod
    def _standing(self) -> Hashable:
        """Where the task stands: two looks that differ in it saw different tasks."""

    @abstractmethod
    def due_at(self) -> int | None:
        """From which stamp on there may be something to do although nobody acts; None: not known."""

    def _note(self, refusal: ContractReverted) -> None:
        """Pass over a refusal that only means that the task has moved on; raises any other.

        Some say so by their name. Others mean it where the task stands elsewhere than when the step was decided: what
        the contract compares first depends on the call.
        """
        if refusal.name == PASSES_NOW and self._overtaken < _MOST_OVERTAKEN:
            self._overtaken += 1
        elif refusal.name not in self.races:
            decided_in = self._standing()
            self.contract.look_again()
            if self._standing() == decided_in:
                raise refusal
        _log.info("%s: another was faster (%s)", self.address, refusal.name)

    def act(self, phase: AnyPhase) -> str | None:
        """What this account does in a phase."""
        return None

    def send(self, function: Any, *, intent: str | None = None) -> Receipt:
        """Send a transaction and write down its gas."""
        receipt = self.sender.send(function, intent=intent)
        self.gas.note(self.role, function.fn_name, receipt.gas_used)
        return receipt

    def allow(self, amount: int, spender: Address | None = None) -> None:
        """Let the vault (or another contract) take coins, unless it may already."""
        spender = spender or self.contract.deployment.vault
        coin = self.contract.coin
        if self.contract.connection.call(coin.functions.allowance(self.address, spender)) < amount:
            self.send(coin.functions.approve(spender, amount))
