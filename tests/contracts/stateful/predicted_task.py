"""Every call of a task, made and predicted at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import brownie
import numpy as np

from fl_client.encoding import MerkleSumTree, VectorKind, chunk_bytes, commit_vector, set_hash
from tests.contracts.dissection import SALT, node_tuple
from tests.contracts.federation import (
    ONE,
    People,
    System,
    at,
    create_task,
    mine_at,
    now,
    parameters_of,
)
from tests.contracts.rounds import Round, Update
from tests.contracts.stateful.ghost import ANYBODY, Ghost
from tests.contracts.stateful.ghost_money import Money, Refused
from tests.contracts.task_types import Role

CALLS = (
    "join trainer",
    "join sealer",
    "top up",
    "start",
    "commit",
    "reveal",
    "attest",
    "freeze",
    "propose",
    "propose unseated",
    "challenge",
    "answer",
    "resolve",
    "finalize",
    "void",
    "end",
    "settle",
    "leave",
    "withdraw",
    "claim",
)


class PredictedTask:
    """A task and its ghost: of every call the ghost says whether it succeeds, or with which error it fails."""

    def __init__(cls: Any, system: System, people: People, seed: int) -> None:  # noqa: N805 - Brownie passes the class
        cls.system = system
        cls.people = people
        cls.seed = seed
        cls.accounts = (*people.trainers[:6], *people.sealers, people.challenger, people.owner)
        cls.task = create_task(
            system,
            people.owner,
            dimension=4,
            max_trainers=6,
            rounds=2,
            bounty=9 * ONE,
            **cls.sealed_by(system),
        )
        cls.parameters = parameters_of(cls.task)
        cls.seen = Counter()

    @staticmethod
    def sealed_by(system: System) -> dict[str, Any]:
        """What the task's parameters say about sealing: slots in order."""
        del system
        return {}

    def worked(self, account: Any, model: bytes, accepted: bytes) -> tuple[int, int]:
        """The nonce that a sealer of a model shows, and the work that it makes."""
        del account, model, accepted
        return 0, 0

    def setup(self) -> None:
        """Copy the state of a fresh task."""
        escrow = self.system.pool.escrowOf(self.task)
        self.by_address = {account.address: account for account in self.accounts}
        self.ghost = Ghost(
            p=self.parameters,
            money=Money(
                purses={account.address: self.system.coin.balanceOf(account) for account in self.accounts},
                unspent=escrow["unspent"],
            ),
            now=now(),
            mark=self.task.clock()["mark"],
        )
        self.updates: dict[str, Update] = {}
        self.entries: list[Any] = []
        self.entries_of = 0
        self.base = bytes(self.task.baseModel())
        self.proposed: Any = None
        self.replacement: Any = None
        self.models = 0

    # ------------------------------------------------------------------ one call

    def predict(self, model: Callable[[Ghost], Any], call: Callable[[], Any]) -> bool:
        """Make one call a second later and compare with the ghost; return whether it succeeded."""
        self.ghost.now += 1
        trial = deepcopy(self.ghost)
        at(self.ghost.now)
        try:
            model(trial)
        except Refused as refusal:
            self.seen[self.called, refusal.error] += 1
            with brownie.reverts(revert_pattern=f"{refusal.error}: .*"):
                call()
            return False
        call()
        self.seen[self.called, "done"] += 1
        self.ghost = trial
        if trial.round != self.entries_of:
            self.entries, self.entries_of = [], trial.round
            self.base = bytes(self.task.baseModel())
        return True

    def new_model(self) -> Any:
        """A model that nobody has proposed yet, and its commitment."""
        self.models += 1
        vector = np.array([self.models, 0, 0, 0], dtype=np.int32)
        form = Round(task=self.task, parameters=self.parameters, number=0, base=b"", base_vector=vector).form(
            VectorKind.MODEL
        )
        return vector, bytes(commit_vector(MerkleSumTree.build(vector).root, form))

    def accepted_hash(self) -> bytes:
        """The running hash of the accepted updates, or of those that freezing the set now would accept."""
        if self.ghost.accepted:
            return bytes(self.task.setHash())
        return set_hash(self.entries[place] for place in self.ghost.accepted_places())

    def update_of(self, account: Any) -> Update:
        """The update that this account commits to in the present attempt."""
        round_ = Round(
            task=self.task,
            parameters=self.parameters,
            number=self.ghost.round,
            base=self.base,
            base_vector=np.zeros(4, dtype=np.int32),
        )
        return round_.update(account, attempt=self.ghost.attempt)

    def do(self, call: str, account: Any, votes: int = 0, role: Role = Role.TRAINER, seat: int = 0) -> bool:
        """Let an account make one call."""
        self.called = call
        task, court, me, by = self.task, self.system.court, account.address, {"from": account}
        turn, number = self.ghost.turn, self.ghost.round
        if call == "commit":
            update = self.update_of(account)
            done = self.predict(lambda g: g.commit(me), lambda: task.commitUpdate(turn, update.digest, by))
            if done:
                self.updates[me] = update
            return done
        if call == "reveal":
            update = self.updates.get(me) or self.update_of(account)
            done = self.predict(lambda g: g.reveal(me), lambda: task.revealUpdate(*update.opening, by))
            if done:
                self.entries.append(update.entry)
            return done
        if call in ("propose", "propose unseated"):
            place = ANYBODY if call == "propose unseated" else seat
            vector, commitment = self.new_model()
            entries = [] if self.ghost.accepted else list(self.entries)
            accepted = self.accepted_hash()
            nonce, work = self.worked(account, commitment, accepted)
            place = place if place == ANYBODY else place | nonce << 8
            done = self.predict(
                lambda g: g.propose(me, place, work),
                lambda: task.proposeAggregate(number, accepted, entries, commitment, bytes(32), place, by),
            )
            if done:
                self.proposed = vector
            return done
        if call == "challenge":
            vector, commitment = self.new_model()
            opening = court.disputeOpening(account, task, commitment, SALT)
            self.called = "open"
            self.predict(lambda g: None, lambda: court.openEvidence(opening, by))
            self.called = call
            done = self.predict(
                lambda g: g.challenge(me),
                lambda: court.openDispute(
                    task, number, task.clock()["proposal"], commitment, bytes(32), SALT, by
                ),
            )
            if done:
                self.replacement = vector
            return done
        if call == "answer":
            vector = np.zeros(4, dtype=np.int32) if self.proposed is None else self.proposed
            root = node_tuple(MerkleSumTree.build(vector).root)
            return self.predict(
                lambda g: g.answer(), lambda: court.answerChunk(task, root, chunk_bytes(vector, 0), by)
            )
        if call == "resolve":
            proposals = self.ghost.proposal
            done = self.predict(lambda g: g.resolve(), lambda: court.resolveDispute(task, by))
            if self.ghost.proposal != proposals:
                self.proposed = self.replacement
            return done
        bitmap = votes & (1 << len(self.ghost.revealed)) - 1
        entries = list(self.entries)
        simple: dict[str, tuple[Callable[[Ghost], Any], Callable[[], Any]]] = {
            "join trainer": (lambda g: g.join_as_trainer(me), lambda: task.joinAsTrainer(by)),
            "join sealer": (lambda g: g.join_as_sealer(me), lambda: task.joinAsSealer(by)),
            "top up": (lambda g: g.top_up(me), lambda: task.topUp(by)),
            "start": (lambda g: g.start(), lambda: task.start(by)),
            "attest": (lambda g: g.attest(me, bitmap), lambda: task.attestUpdates(bitmap, by)),
            "freeze": (lambda g: g.freeze(), lambda: task.freezeRound(entries, by)),
            "finalize": (lambda g: g.finalize(), lambda: task.finalizeRound(by)),
            "void": (lambda g: g.void(), lambda: task.voidRound(by)),
            "end": (lambda g: g.end(), lambda: task.endTask(by)),
            "leave": (lambda g: g.leave(me, role, seat), lambda: task.leaveTask(role, seat, by)),
            "withdraw": (lambda g: g.withdraw(me, role), lambda: task.withdraw(role, by)),
            "claim": (lambda g: g.money.claim(me), lambda: self.system.pool.claim(by)),
        }
        return self.predict(*simple[call])

    def settle(self, trainer: Any, account: Any) -> bool:
        """Let an account settle a trainer's commitment."""
        self.called = "settle"
        return self.predict(
            lambda g: g.settle(trainer.address, account.address),
            lambda: self.task.settle(trainer, {"from": account}),
        )

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.ghost.now += seconds
        mine_at(self.ghost.now)
