"""A task's whole life in random order, predicted call by call by a model in plain Python."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from brownie.test import strategy
from hypothesis import strategies as st

from tests.contracts.federation import (
    PURSE,
    SUPPLY,
    deploy_system,
    fund,
    people_of,
    present,
)
from tests.contracts.stateful.predicted_task import CALLS, PredictedTask
from tests.contracts.task_types import Phase, Role, TrainerState

WALKS, MOVES = 4, 30
"""Random walks, each from a seed of its own: of few examples Hypothesis makes nearly all tiny, so that they would
never leave the first round. What it adds comes after the walk."""
EXAMPLES, STEPS = 1, 10

VOTES = (0b111111, 0b111111, 0b111111, 0b111111, 0b011110, 0b000011, 0)
ROLES = (Role.TRAINER, Role.SEALER, Role.CHALLENGER)
SECONDS = (1, 250, 700)


class RoundLifeCycle(PredictedTask):
    """Rules are what accounts do, allowed or not."""

    st_members = strategy("uint8", max_value=127)
    st_votes = st.sampled_from(VOTES)
    st_call = st.sampled_from(CALLS)
    st_who = strategy("uint8", max_value=9)
    st_role = st.sampled_from(ROLES)
    st_seat = strategy("uint8", max_value=2)
    st_seconds = st.sampled_from(SECONDS)

    # ------------------------------------------------------------------ rules

    def initialize(self) -> None:
        """Some trainers and sealers join, the first round starts, and a random walk leads somewhere."""
        numbers = Random(self.seed)
        for trainer in self.accounts[: numbers.randint(3, 6)]:
            self.do("join trainer", trainer)
        for sealer in self.accounts[6 : numbers.randint(7, 8)]:
            self.do("join sealer", sealer)
        self.wait(max(self.ghost.mark - self.ghost.now, 0))
        self.do("start", self.accounts[9])
        for _ in range(MOVES):
            self.move(numbers)
            self.check()

    def move(self, numbers: Random) -> None:
        """Take one step of the walk; most of them lead on in the round."""
        who, seat, votes = numbers.randrange(10), numbers.randrange(3), numbers.choice(VOTES)
        rule = numbers.choices(
            ("on", "act", "dispute", "call", "settle", "leave", "wait"), (9, 2, 2, 8, 1, 1, 1)
        )[0]
        if self.ghost.phase == Phase.CHALLENGE and numbers.random() < 0.4:
            rule = "dispute"
        if rule == "on":
            self.rule_go_on(who, votes)
        elif rule == "act":
            self.rule_trainers_act(numbers.randrange(64), votes)
        elif rule == "dispute":
            self.rule_dispute(who, seat)
        elif rule == "call":
            self.rule_any_call(numbers.choice(CALLS), who, votes, numbers.choice(ROLES), seat)
        elif rule == "settle":
            self.rule_settle_everybody(who)
        elif rule == "leave":
            self.rule_leave(who, seat)
            self.rule_withdraw(numbers.randrange(10))
        else:
            self.wait(numbers.choice(SECONDS))

    def check(self) -> None:
        """All invariants."""
        self.invariant_phase()
        self.invariant_vault()
        self.invariant_pool()
        self.invariant_supply()
        self.invariant_roster()

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
        if phase in (Phase.COMMIT, Phase.REVEAL, Phase.ATTEST):
            self.rule_trainers_act(127, votes)
            if self.ghost.phase == phase:
                self.wait(max(self.ghost.next_change - self.ghost.now, 1))
        elif phase == Phase.AGGREGATE and who < 8:
            for seat, sealer in enumerate(self.ghost.seats):
                if self.ghost.phase == Phase.AGGREGATE and sealer:
                    self.do("propose", self.by_address[sealer], seat=seat)
        elif phase == Phase.AGGREGATE:
            # The sealers are idle: every slot passes, or all but the open ones.
            left = self.ghost.next_change - self.ghost.now
            self.wait(max(left - (who - 8) * self.parameters.seal_seconds, 1))
            self.do("propose unseated", self.accounts[8])
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
        expected = self.ghost.phase
        assert present(self.task) == expected

    def invariant_vault(self) -> None:
        """INV-STAKE-1 and INV-STAKE-2."""
        held, staked = self.system.vault.held(), self.ghost.money.staked
        assert held == staked
        assert self.system.coin.balanceOf(self.system.vault) >= held

    def invariant_pool(self) -> None:
        """INV-POOL-1 and INV-POOL-2."""
        held, owed = self.system.pool.held(), self.ghost.money.owed
        assert held == owed
        assert self.system.coin.balanceOf(self.system.pool) >= held

    def invariant_supply(self) -> None:
        """INV-COIN-1: no coin is made; what is missing was burned."""
        assert self.system.coin.totalSupply() == SUPPLY - self.ghost.money.burned

    def invariant_roster(self) -> None:
        """INV-ROSTER-1, and the counters of the round."""
        clock = self.task.clock()
        ghost = self.ghost
        counted = (clock["active"], clock["pending"], clock["revealed"], clock["accepted"], clock["sealer"])
        assert counted == (ghost.active, ghost.pending, len(ghost.revealed), ghost.accepted, ghost.sealer)

    # ------------------------------------------------------------------ the end

    def teardown(self) -> None:
        """INV-TASK-1: everybody leaves and takes what it owns; nothing is left, and no coin is missing."""
        while self.ghost.recorded != Phase.ENDED:
            self.run_out()
        for trainer, record in list(self.ghost.trainers.items()):
            if record.state == TrainerState.COMMITTED:
                self.settle(self.by_address[trainer], self.accounts[9])
        for (address, role), stake in list(self.ghost.money.stakes.items()):
            seats = self.ghost.seats
            seat = seats.index(address) if address in seats else 99
            if stake.amount:
                self.do("leave", self.by_address[address], role=role, seat=seat)
        self.wait(self.parameters.unbonding_seconds)
        for (address, role), stake in list(self.ghost.money.stakes.items()):
            if stake.amount:
                self.do("withdraw", self.by_address[address], role=role)
        for address in list(self.ghost.money.earned):
            self.do("claim", self.by_address[address])
        coin, vault, pool = self.system.coin, self.system.vault, self.system.pool
        assert [vault.held(), coin.balanceOf(vault), pool.held(), coin.balanceOf(pool)] == [0, 0, 0, 0]
        purses, burned = self.ghost.money.purses, self.ghost.money.burned
        balances = {account.address: coin.balanceOf(account) for account in self.accounts}
        assert balances == purses
        others = [member for member in self.people.all if member not in self.accounts]
        outside = sum(coin.balanceOf(member) for member in others)
        assert outside == 2 * PURSE
        assert sum(balances.values()) + outside == coin.totalSupply() == SUPPLY - burned

    def teardown_final(cls: Any) -> None:  # noqa: N805 - Brownie passes the class
        """Say what was tried, for whoever looks with `-s`."""
        for (call, outcome), count in sorted(cls.seen.items()):
            print(f"{count:5} {call:17} {outcome}")

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


def live(machine: Any, life: type[RoundLifeCycle], accounts: Any, seed: int, *, steps: int = STEPS) -> None:
    """Let one walk run; Brownie's machine takes snapshots of its own, so each has its own contracts."""
    people = people_of(accounts)
    system = deploy_system(people.owner)
    fund(system, people)
    for account in people.all:
        system.coin.approve(system.vault, SUPPLY, {"from": account})
    settings = {"max_examples": EXAMPLES, "stateful_step_count": steps, "deadline": None}
    machine(life, system, people, seed, settings=settings)


@pytest.mark.parametrize("seed", range(WALKS))
def test_round_life_cycle(state_machine: Any, accounts: Any, seed: int) -> None:
    """Sealed by sortition."""
    live(state_machine, RoundLifeCycle, accounts, seed)
