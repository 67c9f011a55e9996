"""What every account of an encrypted task has: a view of it, the step that moves it on, and the way home."""

from __future__ import annotations

from typing import Final

from fl_client.chain import TransactionSender
from fl_client.chain.contracts import Role
from fl_client.chain.contracts.encrypted import (
    NO_PLACE,
    EncryptedContract,
    EncryptedPhase,
    EncryptedState,
    PartyView,
)
from fl_client.errors import ChainUnavailable, ContractReverted
from fl_client.roles.acting import Actor, GasBook
from fl_client.rounds.encrypted import EncryptedLedger
from fl_client.rounds.encrypted_record import EncryptedTurn
from fl_client.rounds.encrypted_watch import EncryptedWatch

# Somebody else was faster, or the time for it passed meanwhile: nothing is lost, the next step looks anew.
RACES: Final = frozenset(
    {
        "EncryptedTaskUnexpectedPhase",
        "EncryptedTaskOtherTurn",
        "EncryptedTaskAlreadyDone",
        "EncryptedTaskNotDue",
        "EncryptedTaskQuestion",
        "EncryptedTaskNoSuchStatement",
        "EncryptedTaskNoPlace",
    }
)


class EncryptedActor(Actor[EncryptedContract, EncryptedLedger, EncryptedPhase]):
    """An account that acts in one encrypted task."""

    races = RACES

    def __init__(self, watch: EncryptedWatch, sender: TransactionSender, gas: GasBook) -> None:
        super().__init__(watch, sender, gas)
        self.watch = watch

    def _look(self) -> EncryptedPhase:
        return self.watch.refresh()[0]

    def _standing(self) -> tuple[object, ...]:
        return self.state, self.contract.question()

    @property
    def state(self) -> EncryptedState:
        """Where the task stands."""
        return self.contract.state()

    @property
    def me(self) -> PartyView:
        """This account's place, if it has one."""
        return self.contract.party_of(self.address)

    @property
    def is_member(self) -> bool:
        """Whether this account has a place."""
        return self.me.place != NO_PLACE

    @property
    def turn(self) -> EncryptedTurn:
        """The present turn, where the phase has one.

        Raises:
            ChainUnavailable: a view of the contract was ahead of its events; the next look has both.
        """
        turn = self.ledger.turn
        if turn is None:
            raise ChainUnavailable("the first round is open, and its events are not here yet")
        return turn

    def now(self) -> int:
        """The chain's time, seconds since 1970."""
        return self.contract.connection.now()

    def is_late(self, phase_seconds: int) -> bool:
        """Whether less than half of the present phase is left."""
        return self.state.deadline - self.now() < phase_seconds / 2

    def named(self, call: str) -> str:
        """The intent of a call that is made at most once a turn, sharing and proposal."""
        state = self.state
        return (
            f"{call} {self.contract.address} {state.ceremony}.{state.turn}.{state.period}.{state.proposals}"
        )

    def due_at(self) -> int | None:
        """From which stamp on there may be something to do although nobody acts; None: not known."""
        with self.contract.held():
            now, (phase, deadline) = self.now(), self.contract.phase()
            times = [deadline, self.contract.question().deadline, *self._further_times()]
            if self._awaits_groups():
                times.append(now + 1)  # the next block: the one that froze the set cannot deal it
            if phase is EncryptedPhase.ENDED or not self.is_member:
                times.append(self.contract.stake(self.address, Role.TRAINER)[1])
        return min((time for time in times if time > now), default=None)

    def _further_times(self) -> tuple[int, ...]:
        """Stamps at which it is this account's turn."""
        return ()

    # ------------------------------------------------------------------ moving on

    def move_on(self) -> str | None:
        """End a phase that is over: everybody has acted, or its time has passed."""
        question = self.contract.question()
        if question.is_open:
            if self.now() < question.deadline:
                return None
            self.send(self.contract.task.functions.strike())
            return f"struck a {question.kind.name.lower()} whose chunk {question.chunk} was not shown"
        if self._awaits_groups():
            self.send(self.contract.task.functions.dealGroups(self.state.turn))
            return "dealt the groups"
        if not self._is_over():
            return None
        try:
            self.send(self.contract.task.functions.advance())
        except ContractReverted as refusal:
            if refusal.name != "EncryptedTaskNotDue":
                raise
            return None
        return "moved the task on"

    def _awaits_groups(self) -> bool:
        """Whether the set is frozen, and its groups are not dealt."""
        state = self.state
        if self.contract.parameters.groups == 1 or state.phase is not EncryptedPhase.SUM:
            return False
        turn = self.ledger.turn
        # Events may be behind the contract's view.
        if turn is None or turn.number != state.turn:
            return False
        return turn.seed is None and self.now() < state.deadline

    def _is_over(self) -> bool:
        state = self.state
        if state.phase in (EncryptedPhase.NONE, EncryptedPhase.ENDED):
            return False
        if self.now() >= state.deadline:
            return True
        if state.phase is EncryptedPhase.JOIN:
            return len(self.ledger.keys) >= self.contract.parameters.max_parties
        done, due = state.asked
        return bool(due) and not due & ~done

    # ------------------------------------------------------------------ going home

    def go_home(self) -> str | None:
        """Claim what was earned, and take back what is free."""
        claimable, _ = self.contract.earnings(self.address)
        if claimable:
            self.send(self.contract.pool.functions.claim())
            return "claimed its earnings"
        return self.withdraw()

    def withdraw(self) -> str | None:
        """Take a stake or bond back whose time has come."""
        amount, _ = self.contract.stake(self.address, Role.CHALLENGER)
        question = self.contract.question()
        if amount and not (question.is_open and question.asker == self.address):
            self.send(self.contract.task.functions.withdraw(int(Role.CHALLENGER)))
            return "took its bond back"
        amount, releasable_at = self.contract.stake(self.address, Role.TRAINER)
        if amount and releasable_at and self.now() >= releasable_at:
            self.send(self.contract.task.functions.withdraw(int(Role.TRAINER)))
            return "took its stake back"
        return None
