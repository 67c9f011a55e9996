"""A task's whole life in random order, predicted call by call by a model in plain Python."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import brownie
import numpy as np
from brownie.test import strategy
from hypothesis import strategies as st

from fl_client.encoding import MerkleSumTree, VectorKind, chunk_bytes, commit_vector
from tests.contracts.dissection import SALT, node_tuple
from tests.contracts.federation import (
    ONE,
    PURSE,
    SUPPLY,
    People,
    System,
    at,
    create_task,
    deploy_system,
    fund,
    mine_at,
    now,
    parameters_of,
    people_of,
    present,
)
from tests.contracts.rounds import Round, Update
from tests.contracts.stateful.ghost import ANYBODY, Ghost, Money, Refused
from tests.contracts.task_types import Phase, Role

EXAMPLES, STEPS = 6, 18

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


class RoundLifeCycle:
    """Rules are what accounts do; the ghost says of every call whether it succeeds, or with which error it fails."""

    st_members = strategy("uint8", max_value=127)
    st_votes = st.sampled_from([0b111111, 0b111111, 0b111111, 0b011110, 0b000011, 0])
    st_call = st.sampled_from(CALLS)
    st_who = strategy("uint8", max_value=9)
    st_role = st.sampled_from([Role.TRAINER, Role.SEALER, Role.CHALLENGER])
    st_seat = strategy("uint8", max_value=2)
    st_seconds = st.sampled_from([1, 250, 700])

    def __init__(cls: Any, system: System, people: People) -> None:  # noqa: N805 - Brownie passes the class
        cls.system = system
        cls.people = people
        cls.accounts = (*people.trainers[:6], *people.sealers, people.challenger, people.owner)
        cls.task = create_task(system, people.owner, dimension=4, max_trainers=6, rounds=2, bounty=9 * ONE)
        cls.parameters = parameters_of(cls.task)

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
            with brownie.reverts(revert_pattern=f"{refusal.error}: .*"):
                call()
            return False
        call()
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
        task, court, me, by = self.task, self.system.court, account.address, {"from": account}
        if call == "commit":
            update = self.update_of(account)
            done = self.predict(lambda g: g.commit(me), lambda: task.commitUpdate(update.digest, by))
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
            done = self.predict(
                lambda g: g.propose(me, place),
                lambda: task.proposeAggregate(entries, commitment, bytes(32), place, by),
            )
            if done:
                self.proposed = vector
            return done
        if call == "challenge":
            vector, commitment = self.new_model()
            opening = court.disputeOpening(account, task, commitment, SALT)
            self.predict(lambda g: None, lambda: court.openEvidence(opening, by))
            done = self.predict(
                lambda g: g.challenge(me), lambda: court.openDispute(task, commitment, bytes(32), SALT, by)
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
        return self.predict(
            lambda g: g.settle(trainer.address, account.address),
            lambda: self.task.settle(trainer, {"from": account}),
        )

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.ghost.now += seconds
        mine_at(self.ghost.now)

    # ------------------------------------------------------------------ rules

    def initialize(self, members: int = "st_members") -> None:
        """Some trainers and sealers join before the first round; often all of them do."""
        joining = members | 0b111
        for place, trainer in enumerate(self.accounts[:6]):
            if joining >> place & 1:
                self.do("join trainer", trainer)
        self.do("join sealer", self.accounts[6])
        if members & 64:
            self.do("join sealer", self.accounts[7])
        self.wait(max(self.ghost.mark - self.ghost.now, 0))
        self.do("start", self.accounts[9])

    def rule_trainers_act(self, members: int = "st_members", votes: int = "st_votes") -> None:
        """Some trainers do what the phase asks of them; whoever may not is refused."""
        for place, trainer in enumerate(self.accounts[:6]):
            call = {Phase.COMMIT: "commit", Phase.REVEAL: "reveal", Phase.ATTEST: "attest"}.get(
                self.ghost.phase
            )
            if call and (members | votes) >> place & 1:
                self.do(call, trainer, votes)

    def rule_go_on(self, who: int = "st_who", votes: int = "st_votes") -> None:
        """Whoever is due to act does, or time passes until the next phase."""
        phase = self.ghost.phase
        if phase == Phase.ATTEST and self.ghost.active:
            self.rule_trainers_act(127, votes)
        elif phase == Phase.AGGREGATE:
            for seat, sealer in enumerate(self.ghost.seats):
                if self.ghost.phase == Phase.AGGREGATE and sealer:
                    self.do("propose", self.by_address[sealer], seat=seat)
        elif phase in (Phase.FINAL, Phase.VOID):
            self.do("finalize" if phase == Phase.FINAL else "void", self.accounts[who])
        elif phase == Phase.STALLED:
            self.do("end" if self.ghost.accepted else "freeze", self.accounts[who])
        elif phase != Phase.ENDED:
            self.wait(max(self.ghost.next_change - self.ghost.now, 1))

    def rule_dispute(self, who: int = "st_who", seat: int = "st_seat") -> None:
        """Somebody challenges; the sealer answers or not; the deadline passes."""
        if not self.do("challenge", self.accounts[who]):
            return
        if seat:
            self.do("answer", self.accounts[6])
        if seat == 1:
            self.do("resolve", self.accounts[0])
        self.wait(self.parameters.answer_seconds)
        self.do("resolve", self.accounts[0])

    def rule_any_call(
        self,
        call: str = "st_call",
        who: int = "st_who",
        votes: int = "st_votes",
        role: Role = "st_role",
        seat: int = "st_seat",
    ) -> None:
        """Anybody calls anything at any time."""
        if call == "settle":
            self.settle(self.accounts[seat], self.accounts[who])
        else:
            self.do(call, self.accounts[who], votes, role, seat)

    def rule_settle_everybody(self, who: int = "st_who") -> None:
        """Somebody collects the bounties of all who did not reveal."""
        for trainer in self.accounts[:6]:
            self.settle(trainer, self.accounts[who])

    def rule_leave(self, who: int = "st_who", seat: int = "st_seat") -> None:
        """A member asks to leave in whatever roles it has."""
        for role in (Role.TRAINER, Role.SEALER, Role.CHALLENGER):
            self.do("leave", self.accounts[who], role=role, seat=seat)

    def rule_withdraw(self, who: int = "st_who") -> None:
        """A member takes its stakes back, if it may."""
        for role in (Role.TRAINER, Role.SEALER, Role.CHALLENGER):
            self.do("withdraw", self.accounts[who], role=role)

    def rule_wait(self, seconds: int = "st_seconds") -> None:
        """Time passes."""
        self.wait(seconds)

    # ------------------------------------------------------------------ invariants

    def invariant_phase(self) -> None:
        """The chain is in the phase that the ghost derives."""
        assert present(self.task) == self.ghost.phase

    def invariant_vault(self) -> None:
        """INV-STAKE-1 and INV-STAKE-2."""
        held = self.system.vault.held()
        assert held == self.ghost.money.staked
        assert self.system.coin.balanceOf(self.system.vault) >= held

    def invariant_pool(self) -> None:
        """INV-POOL-1 and INV-POOL-2."""
        held = self.system.pool.held()
        assert held == self.ghost.money.owed
        assert self.system.coin.balanceOf(self.system.pool) >= held

    def invariant_supply(self) -> None:
        """No coin is made; what is missing was burned."""
        assert self.system.coin.totalSupply() == SUPPLY - self.ghost.money.burned

    def invariant_roster(self) -> None:
        """INV-ROSTER-1, and the counters of the round."""
        clock = self.task.clock()
        ghost = self.ghost
        counted = (clock["active"], clock["pending"], clock["revealed"], clock["accepted"], clock["sealer"])
        assert counted == (ghost.active, ghost.pending, len(ghost.revealed), ghost.accepted, ghost.sealer)

    # ------------------------------------------------------------------ the end

    def teardown(self) -> None:
        """Everybody leaves and takes what it owns: nothing is left, and no coin is missing."""
        while self.ghost.recorded != Phase.ENDED:
            self.run_out()
        for trainer in self.accounts[:6]:
            self.settle(trainer, self.accounts[9])
        for account in self.accounts:
            seats = self.ghost.seats
            seat = seats.index(account.address) if account.address in seats else 99
            for role in (Role.TRAINER, Role.SEALER, Role.CHALLENGER):
                self.do("leave", account, role=role, seat=seat)
        self.wait(self.parameters.unbonding_seconds)
        for account in self.accounts:
            for role in (Role.TRAINER, Role.SEALER, Role.CHALLENGER):
                self.do("withdraw", account, role=role)
            self.do("claim", account)
        coin = self.system.coin
        assert self.ghost.money.staked == self.system.vault.held() == coin.balanceOf(self.system.vault) == 0
        assert self.ghost.money.owed == self.system.pool.held() == coin.balanceOf(self.system.pool) == 0
        balances = {account.address: coin.balanceOf(account) for account in self.accounts}
        assert balances == self.ghost.money.purses
        others = [member for member in self.people.all if member not in self.accounts]
        outside = sum(coin.balanceOf(member) for member in others)
        assert outside == PURSE * 2
        assert sum(balances.values()) + outside == coin.totalSupply() == SUPPLY - self.ghost.money.burned

    def run_out(self) -> None:
        """Nobody acts but whoever ends what is overdue."""
        phase, anybody = self.ghost.phase, self.accounts[9]
        if phase == Phase.JOIN and self.ghost.now >= self.ghost.mark:
            if not self.do("end", anybody):
                self.do("start", anybody)
        elif phase in (Phase.FINAL, Phase.VOID):
            self.do("finalize" if phase == Phase.FINAL else "void", anybody)
        elif phase == Phase.STALLED:
            self.do("end" if self.ghost.accepted else "freeze", anybody)
        elif (
            phase == Phase.CHALLENGE and self.ghost.dispute and self.ghost.now >= self.ghost.dispute.deadline
        ):
            self.do("resolve", anybody)
        else:
            self.wait(max(self.ghost.next_change - self.ghost.now, 1))


def test_round_life_cycle(state_machine: Any, accounts: Any) -> None:
    people = people_of(accounts)
    system = deploy_system(people.owner)
    fund(system, people)
    for account in people.all:
        system.coin.approve(system.vault, SUPPLY, {"from": account})
    settings = {"max_examples": EXAMPLES, "stateful_step_count": STEPS, "deadline": None}
    state_machine(RoundLifeCycle, system, people, settings=settings)
