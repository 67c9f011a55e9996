"""Encrypted tasks in random order: money in is money out, no phase is stuck, nobody honest loses."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest
from brownie.test import strategy

from tests.contracts.encrypted import WRONG, Federation
from tests.contracts.encrypted_types import EncryptedPhase, StatementKind
from tests.contracts.federation import (
    ONE,
    SUPPLY,
    check_books,
    deploy_system,
    events,
    fund,
    mine_at,
    now,
    pass_time,
    people_of,
    reverts,
)
from tests.contracts.task_types import Role

SEEDS, MOVES = (4, 5, 11), 30
"""Of walks in which something is struck: shares and a result, updates, a sum."""

EXAMPLES, STEPS = 1, 4
HONEST = 3
"""So many parties, the first, always do what they owe and show what is right; the others whatever comes."""

ASKABLE = {
    EncryptedPhase.SUM_CHALLENGE: (StatementKind.UPDATE, StatementKind.SUM),
    EncryptedPhase.SHARE: (StatementKind.SHARE,),
    EncryptedPhase.RESULT: (StatementKind.SHARE,),
    EncryptedPhase.RESULT_CHALLENGE: (StatementKind.SHARE, StatementKind.RESULT, StatementKind.MODEL),
}
PROPOSED = (EncryptedPhase.SUM_CHALLENGE, EncryptedPhase.RESULT_CHALLENGE)
MOST_ANSWERED = 5
"""Beyond it bonds take too much of a purse."""


class EncryptedLifeCycle:
    """One rule: somebody does what the phase asks for, or does not; what is wrong stays unanswered when asked for."""

    st_dice = strategy("uint32")

    def __init__(cls: Any, system: Any, people: Any, seed: int) -> None:  # noqa: N805 - Brownie passes the class
        cls.system, cls.people, cls.seed = system, people, seed
        overrides = {"rounds": 2, "max_voids": 4, "wrong_penalty": 70 * ONE, "submit_penalty": 20 * ONE}
        cls.federation = Federation.create(system, people, **overrides)
        cls.federation.join()
        cls.federation.advance()
        cls.federation.deal()
        cls.everybody = people.all
        cls.askers = (people.challenger, people.trainers[3], people.trainers[4])
        cls.seen = Counter()

    def setup(self) -> None:
        """The key is to be confirmed; nothing was said."""
        self.wrong: set[tuple[int, StatementKind, int]] = set()
        self.fixed: dict[int, int] = {}  # turn of the sum, by round
        self.opened: dict[int, int] = {}  # round, by turn
        self.refused: set[tuple[int, EncryptedPhase, int]] = set()  # turn, phase and number of a proposal
        self.barred: set[tuple[int, Any]] = set()  # turn and author
        self.unspent = self.escrow()

    def initialize(self) -> None:
        """A random walk leads somewhere."""
        numbers = Random(self.seed)
        for _ in range(MOVES):
            self.rule_go_on(numbers.randrange(2**32))
            self.invariant_books()
            self.invariant_honest()

    # ------------------------------------------------------------------ what is known

    def escrow(self) -> int:
        return int(self.system.pool.escrowOf(self.federation.task)["unspent"])

    def key(self, kind: StatementKind, place: int) -> tuple[int, StatementKind, int]:
        """A statement of the present turn; of shares, of the present sharing."""
        state = self.federation.state
        again = state["period"] if kind == StatementKind.SHARE else state["proposals"]
        return (state["turn"] * 256 + (0 if kind == StatementKind.UPDATE else again), kind, place)

    def proposer(self, numbers: Random) -> int | None:
        """A party that may propose, every second time one of the dishonest."""
        federation, suspended = self.federation, self.federation.state["suspended"]
        barred = [(federation.turn, party) in self.barred for party in federation.parties]
        active = [place for place in federation.places if not (suspended >> place & 1 or barred[place])]
        others = [place for place in active if place >= HONEST]
        return numbers.choice(others if others and numbers.random() < 0.5 else active or [None])

    def is_over(self) -> bool:
        """Whether a question has outlasted the phase, or nearly."""
        return now() + 30 >= self.federation.deadline

    # ------------------------------------------------------------------ moves

    def rule_go_on(self, dice: int = "st_dice") -> None:
        """The honest do what they owe, others what they like; then somebody asks, answers, or time passes."""
        numbers, federation = Random(dice), self.federation
        phase = federation.phase
        if phase == EncryptedPhase.ENDED:
            return
        self.seen[phase.name, federation.task.question()["kind"] != 0] += 1
        self.act(phase, numbers)
        if federation.phase != phase:
            return
        if federation.task.question()["kind"]:
            self.close_question(numbers)
        elif federation.phase in PROPOSED and numbers.random() < 0.3 and self.refuse(numbers):
            pass
        elif federation.phase in ASKABLE and numbers.random() < 0.5 and self.ask(numbers):
            with reverts("EncryptedTaskQuestion", True):
                federation.advance()
        else:
            self.advance()
        self.top_up(numbers)

    def act(self, phase: EncryptedPhase, numbers: Random) -> None:
        """What parties owe in this phase, unless a question has outlasted it."""
        federation = self.federation
        if self.is_over():
            return
        if phase == EncryptedPhase.CONFIRM:
            self.confirm(numbers)
        elif phase == EncryptedPhase.SUBMIT:
            self.each("submitted", federation.submit, StatementKind.UPDATE, numbers)
        elif phase == EncryptedPhase.ATTEST:
            self.attest(numbers)
        elif phase == EncryptedPhase.SHARE:
            self.each("shared", federation.share, StatementKind.SHARE, numbers)
        elif phase == EncryptedPhase.SUM and numbers.random() < 0.95:
            self.propose(federation.propose_sum, (StatementKind.SUM,), numbers)
        elif phase == EncryptedPhase.RESULT and numbers.random() < 0.9:
            self.propose(federation.propose_result, (StatementKind.RESULT, StatementKind.MODEL), numbers)

    def confirm(self, numbers: Random) -> None:
        """One in eight of the others finds the key wrong; nobody may then have its place."""
        federation, state = self.federation, self.federation.state
        if state["confirmed"]:
            return
        federation.confirm(range(HONEST))
        for place in range(HONEST, len(federation.parties)):
            if numbers.random() < 0.125:
                federation.task.rejectKey(state["ceremony"], {"from": federation.parties[place]})
            else:
                federation.confirm([place])

    def each(self, done: str, call: Any, kind: StatementKind, numbers: Random) -> None:
        """The honest are in time; others come in four of five cases, and are wrong in two of five."""
        state = self.federation.state
        for place in self.federation.places:
            barred = kind == StatementKind.UPDATE and state["suspended"] >> place & 1
            if state[done] >> place & 1 or barred or self.federation.phase != state["phase"]:
                continue
            if place < HONEST:
                call([place])
            elif numbers.random() < 0.8:
                if numbers.random() < 0.4:
                    self.wrong.add(self.key(kind, place))
                call([place])

    def attest(self, numbers: Random) -> None:
        """Wrong updates are seen by some of the honest alone."""
        state = self.federation.state
        for place in self.federation.places:
            if not state["submitted"] >> place & 1 or state["attested"] >> place & 1:
                continue
            seen = state["submitted"]
            for other in self.federation.places:
                if self.key(StatementKind.UPDATE, other) in self.wrong and numbers.random() < 0.5:
                    seen &= ~(1 << other)
            self.federation.attest([place], seen)

    def propose(self, call: Any, kinds: tuple[StatementKind, ...], numbers: Random) -> None:
        """The honest propose what is right."""
        place = self.proposer(numbers)
        if place is None:
            return
        if place >= HONEST and numbers.random() < 0.5:
            self.wrong |= {self.key(kind, place) for kind in kinds}
        call(place)

    def advance(self) -> None:
        """Time passes, and an outsider moves on; no turn follows a sum that stands."""
        federation = self.federation
        moved = federation.expire()
        for event in events(moved, "SumFixed"):
            assert event["round"] not in self.fixed, "INV-SUM-1: one sum a round"
            self.fixed[event["round"]] = event["turn"]
        for event in events(moved, "TurnOpened"):
            assert event["round"] not in self.fixed, "INV-SUM-1: no turn after it"
        if federation.phase == EncryptedPhase.DEAL:
            rest = [str(one) for one in events(moved, "KeyRequested")[0]["accounts"]]
            members = tuple(one for one in federation.parties if str(one) in rest)
            self.federation = type(federation)(
                **{
                    name: getattr(federation, name)
                    for name in ("system", "task", "parameters", "dealer", "outsider")
                },
                parties=members,
            )
            self.federation.deal()
        self.check_pay(moved)

    def check_pay(self, moved: Any) -> None:
        """INV-PAID-1: a round never takes more than its part of the escrow."""
        parameters = self.federation.parameters
        each = parameters.update_reward + parameters.attest_reward + parameters.share_reward
        part = parameters.max_parties * each + parameters.sum_reward + parameters.result_reward
        if events(moved, "RoundFinal"):
            returned = sum(event["amount"] for event in events(moved, "EscrowRefunded"))
            assert self.unspent - self.escrow() - returned <= part, "INV-PAID-1"
            self.unspent = self.escrow()

    # ------------------------------------------------------------------ refusals

    def refuse(self, numbers: Random) -> bool:
        """INV-REFUSE-1: more than half of them drop a proposal, fewer never; false if some refused it already."""
        federation, state, phase = self.federation, self.federation.state, self.federation.phase
        proposal = (state["turn"], phase, state["proposals"])
        if proposal in self.refused or self.is_over():
            return False
        self.refused.add(proposal)
        if phase == EncryptedPhase.SUM_CHALLENGE:
            roots, author = (federation.task.sum()[0], bytes(32)), federation.task.sum()[1]
        else:
            *roots, author = federation.task.result()
        needed = len(federation.places) // 2 + 1
        some = numbers.sample(federation.places, numbers.randrange(1, needed + 1))
        stakes = [federation.stake_of(place) for place in federation.places]
        for count, place in enumerate(some, start=1):
            moved = federation.task.refuse(state["turn"], *roots, {"from": federation.parties[place]})
            assert events(moved, "ProposalRefused")[0]["dropped"] == (count == needed), "INV-REFUSE-1"
            assert (federation.phase == phase) == (count < needed), "INV-REFUSE-1"
        if len(some) == needed:
            self.barred.add((state["turn"], author))
        self.seen["refused", len(some) == needed] += 1
        assert [federation.stake_of(place) for place in federation.places] == stakes
        return True

    # ------------------------------------------------------------------ questions

    def ask(self, numbers: Random) -> bool:
        """Somebody asks for a chunk of whatever was said; false where nothing was."""
        federation, state = self.federation, self.federation.state
        kind = numbers.choice(ASKABLE[federation.phase])
        if state["answered"] >= MOST_ANSWERED or self.is_over():
            return False
        if kind in (StatementKind.UPDATE, StatementKind.SHARE):
            mask = state["submitted"] if kind == StatementKind.UPDATE else state["shared"]
            said = [place for place in federation.places if mask >> place & 1]
        else:
            author = federation.task.sum()[1] if kind == StatementKind.SUM else federation.task.result()[2]
            said = [place for place in federation.places if federation.parties[place] == author]
        if not said:
            return False
        liars = [place for place in said if self.is_wrong(kind, place)]
        place = numbers.choice(liars if liars and numbers.random() < 0.6 else said)
        asker, bond = numbers.choice(self.askers), federation.task.nextBond()
        before = federation.bond_of(asker)
        federation.ask(kind, place, asker)
        assert federation.bond_of(asker) == before + bond == before + (15 * ONE << state["answered"]), (
            "INV-QUESTION-2"
        )
        return True

    def close_question(self, numbers: Random) -> None:
        """INV-QUESTION-1: an answer or, after the deadline, anybody closes it. INV-QUESTION-3: what is right is shown
        and the bond is lost; what is wrong is struck, and the bond is free.
        """
        federation, task = self.federation, self.federation.task
        asked = task.question()
        kind, place, asker = StatementKind(asked["kind"]), asked["party"], asked["asker"]
        party, bond = federation.parties[place], federation.bond_of(asker)
        stake = federation.stake_of(place)
        if self.is_wrong(kind, place):
            with reverts("EncryptedTaskWrongAnswer"):
                federation.show(party, WRONG)
            federation.strike()
            assert federation.stake_of(place) == max(stake - 70 * ONE, 0)
            assert federation.bond_of(asker) == bond
        else:
            federation.show(party if numbers.random() < 0.5 else federation.outsider)
            assert federation.stake_of(place) == stake
            assert federation.bond_of(asker) == bond - asked["bond"]
        self.seen["asked", kind.name, self.is_wrong(kind, place)] += 1

    def is_wrong(self, kind: StatementKind, place: int) -> bool:
        """Shares of an earlier sharing may still be there: whatever a dishonest party gave in this turn counts."""
        if place < HONEST:
            return False
        turn = self.federation.turn
        return any(said[0] >> 8 == turn and said[1:] == (kind, place) for said in self.wrong)

    def top_up(self, numbers: Random) -> None:
        """The dishonest make their stakes whole in one of three cases."""
        federation, state = self.federation, self.federation.state
        if not EncryptedPhase.SUBMIT <= state["phase"] < EncryptedPhase.ENDED:
            return
        for place in range(HONEST, len(federation.parties)):
            short = federation.stake_of(place) < federation.parameters.stake
            if short and numbers.random() < 0.33:
                federation.task.topUp({"from": federation.parties[place]})

    # ------------------------------------------------------------------ what always holds

    def invariant_books(self) -> None:
        """INV-STAKE-2, INV-POOL-2: vault and pool hold what their ledgers say."""
        coin, vault, pool = self.system.coin, self.system.vault, self.system.pool
        assert vault.held() == coin.balanceOf(vault)
        assert pool.held() == coin.balanceOf(pool)

    def invariant_honest(self) -> None:
        """INV-CRYPT-2: whoever did in time what it owed has its whole stake, and its place."""
        for place in range(HONEST):
            assert self.federation.stake_of(place) == 100 * ONE

    def teardown(self) -> None:
        """INV-CRYPT-1: an outsider alone leads to the end; then everybody takes what it owns."""
        federation, outsider = self.federation, self.people.outsider
        check_books(self.system, self.everybody, [federation.task])
        for _ in range(40):
            if federation.phase == EncryptedPhase.ENDED:
                break
            if federation.task.question()["kind"]:
                mine_at(int(federation.task.question()["deadline"]))
                federation.task.strike({"from": outsider})
            else:
                federation.expire()
        assert federation.phase == EncryptedPhase.ENDED
        check_books(self.system, self.everybody, [federation.task])
        pass_time(federation.parameters.unbonding_seconds)
        vault, pool, coin = self.system.vault, self.system.pool, self.system.coin
        for account in self.everybody:
            for role in (Role.TRAINER, Role.CHALLENGER):
                if vault.stakeOf(federation.task, account, role)["amount"]:
                    federation.task.withdraw(role, {"from": account})
            if pool.earningsOf(account)["claimable"]:
                pool.claim({"from": account})
        assert [vault.held(), coin.balanceOf(vault), pool.held(), coin.balanceOf(pool)] == [0, 0, 0, 0]
        assert sum(coin.balanceOf(account) for account in self.everybody) == coin.totalSupply() <= SUPPLY

    def teardown_final(cls: Any) -> None:  # noqa: N805 - Brownie passes the class
        """Say what was met, for whoever looks with `-s`; a walk without a struck statement holds too little."""
        for what, count in sorted(cls.seen.items(), key=str):
            print(f"{count:5} {what}")
        assert any(what[0] == "asked" and what[2] for what in cls.seen), (
            "nothing was struck: choose another seed"
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_encrypted_life_cycle(state_machine: Any, accounts: Any, seed: int) -> None:
    """Brownie's machine takes snapshots of its own, so each walk has its own contracts."""
    people = people_of(accounts)
    system = deploy_system(people.owner)
    fund(system, people)
    settings = {"max_examples": EXAMPLES, "stateful_step_count": STEPS, "deadline": None}
    state_machine(EncryptedLifeCycle, system, people, seed, settings=settings)
