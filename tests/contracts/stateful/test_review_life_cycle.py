"""Reviewed tasks in random order: every verdict is recomputed, money in is money out, nobody honest loses."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import numpy as np
import pytest
from brownie import chain
from brownie.test import strategy

from fl_client.chain.contracts import BallotState, ReviewStep
from fl_client.review import UNAVAILABLE, honest_mask, kept_mask, medians
from tests.contracts.federation import (
    SUPPLY,
    advance_to,
    check_books,
    deadline_of,
    deploy_system,
    events,
    fund,
    mine_at,
    now,
    only_event,
    pass_time,
    people_of,
    present,
)
from tests.contracts.reviews import (
    BAD,
    GOOD,
    NOTHING,
    Review,
    fund_validators,
    review_terms,
    reviewed_task,
    validators_of,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import Phase, Role

WALKS, MOVES = 3, 40
EXAMPLES, STEPS = 1, 5
TERMS = review_terms()
HONEST = 4
"""So many validators, the first, always do what they owe; the other three whatever comes."""


class ReviewLifeCycle:
    """One rule: somebody does what the phase asks for, or does not. What is decided is predicted."""

    st_dice = strategy("uint32")

    def __init__(cls: Any, system: Any, people: Any, validators: Any, seed: int) -> None:  # noqa: N805 - Brownie passes the class
        cls.system, cls.people, cls.validators, cls.seed = system, people, validators, seed
        cls.task, cls.board = reviewed_task(system, people, validators, TERMS, rounds=3, max_voids=2)
        cls.everybody = [*people.all, *validators]
        cls.seen = Counter()

    def setup(self) -> None:
        """The first round takes commitments."""
        self.round_ = Round.of(self.task)
        self.review = Review.of(self.board, self.round_, self.validators)
        self.bound = set(self.validators)  # hold a stake that nobody has taken out

    def initialize(self) -> None:
        """A random walk leads somewhere."""
        numbers = Random(self.seed)
        for _ in range(MOVES):
            self.rule_go_on(numbers.randrange(2**32))
            self.invariant_books()
            self.invariant_honest()

    # ------------------------------------------------------------------ moves

    def rule_go_on(self, dice: int = "st_dice") -> None:
        """Whoever is due does what it likes; if that leads nowhere, time passes."""
        numbers, before = Random(dice), self.where()
        phase = before[0]
        if phase == Phase.ENDED:
            return
        if phase == Phase.REVIEW:
            self.go_on_reviewing(numbers)
        elif phase in (Phase.COMMIT, Phase.REVEAL, Phase.ATTEST):
            self.train(phase, numbers)
        elif phase == Phase.AGGREGATE and numbers.random() < 0.98:
            # Any model will do: nobody challenges here.
            self.round_.propose(np.zeros(self.round_.parameters.dimension, dtype=np.int32))
        elif phase == Phase.AGGREGATE:
            advance_to(self.task, Phase.STALLED)
        elif phase != Phase.CHALLENGE:
            self.close(phase)
        self.seen[phase.name, self.review.step.name] += 1
        if self.where() == before:
            self.wait()

    def where(self) -> tuple[Phase, ReviewStep, int, int]:
        """What is to be done."""
        return (
            present(self.task),
            self.review.step,
            self.task.clock()["turn"],
            self.board.review()["committee"],
        )

    def wait(self) -> None:
        """Time passes to the end of the phase or of the review's step."""
        if present(self.task) == Phase.REVIEW:
            if self.review.step in (ReviewStep.COMMIT, ReviewStep.REVEAL):
                self.review.pass_deadline()
        elif deadline_of(self.task) > now():
            mine_at(deadline_of(self.task))

    def train(self, phase: Phase, numbers: Random) -> None:
        """Trainers are honest and forget to come now and then."""
        known = {update.trainer for update in self.round_.revealed}
        if phase == Phase.COMMIT:
            coming = [one for one in self.people.trainers[:5] if one not in known and numbers.random() < 0.9]
            self.pending = self.round_.commit(coming)
        elif phase == Phase.REVEAL:
            self.round_.reveal(self.pending)
            self.pending = []
        else:
            # Each is vouched for by most; one of eight bits is missing.
            for update in self.round_.revealed:
                bitmap = self.round_.everything & ~(1 << numbers.randrange(8))
                self.round_.attest([update.trainer], bitmap)
            if present(self.task) == Phase.ATTEST:
                self.review.open(self.people.outsider)

    def close(self, phase: Phase) -> None:
        """What anybody may call."""
        calls = {
            Phase.FINAL: "finalizeRound",
            Phase.VOID: "voidRound",
            Phase.STALLED: "endTask",
        }
        getattr(self.task, calls[phase])({"from": self.people.outsider})
        if phase == Phase.FINAL and present(self.task) != Phase.ENDED:
            self.round_ = Round.of(self.task)
            self.review.round_ = self.round_

    # ------------------------------------------------------------------ the review

    def go_on_reviewing(self, numbers: Random) -> None:
        """One step of it."""
        step, outsider = self.review.step, self.people.outsider
        if step == ReviewStep.NONE:
            self.review.open(outsider)
        elif step == ReviewStep.DRAW:
            if numbers.random() < 0.1:
                chain.mine(257)
            self.board.drawCommittee({"from": outsider})
        elif step == ReviewStep.COMMIT:
            for seat in self.review.committee:
                self.commit(seat, numbers)
        elif step == ReviewStep.REVEAL:
            self.reveal(numbers)
        else:
            self.conclude()

    def is_honest(self, seat: int) -> bool:
        return self.review.holder(seat) in self.validators[:HONEST]

    def truth(self) -> list[int]:
        """What the updates are worth: one of six is harmful."""
        numbers = [int.from_bytes(update.commitment[:4], "big") for update in self.round_.revealed]
        return [BAD if number % 6 == 0 else GOOD for number in numbers]

    def commit(self, seat: int, numbers: Random) -> None:
        """The honest are off the truth by a little; others are silent, lie, or saw nothing."""
        if self.board.ballotOf(seat)[1:3] == (self.board.review()["turn"], self.board.review()["committee"]):
            return
        scores = [score + numbers.randrange(20) for score in self.truth()]
        if not self.is_honest(seat):
            kind = numbers.randrange(5)
            if kind == 0:
                return
            if kind == 1:
                scores = [numbers.randrange(65_536) for _ in scores]
            if kind == 2:
                scores = [UNAVAILABLE if numbers.randrange(2) else score for score in scores]
        self.review.commit([seat], scores)

    def reveal(self, numbers: Random) -> None:
        """The honest reveal what they committed to; of others four in five."""
        state = self.board.review()
        for seat in self.review.committee:
            _, turn, committee, ballot = self.board.ballotOf(seat)
            owed = (turn, committee, ballot) == (state["turn"], state["committee"], BallotState.COMMITTED)
            if owed and (self.is_honest(seat) or numbers.random() < 0.8):
                self.review.reveal([seat])

    def conclude(self) -> None:
        """Predict the verdict, and what it pays and costs."""
        state, pool = self.board.review(), self.system.pool
        rows = [
            [int.from_bytes(row[i : i + 2], "big") for i in range(0, len(row), 2)]
            for row in self.review.posted
        ]
        seats = self.review.committee
        drawn = [self.review.holder(seat) for seat in seats]
        judges = [one for seat, one in zip(seats, drawn, strict=True) if self.has_revealed(seat)]
        before = {one: pool.earningsOf(one)["claimable"] for one in self.everybody}
        bonus, unspent = (pool.escrowOf(self.board)[name] for name in ("bonus", "unspent"))
        ended = self.review.conclude(self.people.outsider)
        # INV-STAKE-1, INV-POOL-1, INV-COIN-1.
        check_books(self.system, self.everybody, [self.task, self.board])
        silent = {event["validator"] for event in events(ended, "ValidatorSilent")}
        assert silent == {one for one in drawn if one not in judges}
        reserved = (self.round_.parameters.rounds - self.round_.number) * TERMS.committee * TERMS.reward
        assert unspent >= reserved, "INV-REVIEW-4: what later rounds need"
        bonus += len(silent) * TERMS.silence_penalty * 3 // 4
        decides = state["committee"] <= 2 and len(rows) >= TERMS.quorum
        if not decides and state["committee"] < 2:
            assert only_event(ended, "CommitteeReplaced")["committee"] == state["committee"] + 1
            return
        middles = medians(rows, len(self.round_.revealed)) if decides else ()
        kept = kept_mask(middles, NOTHING, state["accepted"]) if decides else state["accepted"]
        honest = honest_mask(rows, middles, TERMS.tolerance) if decides else 0
        found = only_event(ended, "ReviewConcluded")
        assert (found["keptMask"], found["honestMask"], found["medians"]) == (kept, honest, middles)
        assert bool(events(ended, "RoundVoided")) == (kept.bit_count() < 3)
        if honest:
            count = honest.bit_count()
            each = min(TERMS.reward, (unspent - reserved) // count) + bonus // count
            for place, judge in enumerate(judges):
                paid = pool.earningsOf(judge)["claimable"] - before[judge]
                assert paid == (each if honest >> place & 1 else 0)
        self.seen["kept", kept.bit_count() < len(self.round_.revealed), bool(silent)] += 1

    def has_revealed(self, seat: int) -> bool:
        state = self.board.review()
        return self.board.ballotOf(seat)[1:] == (state["turn"], state["committee"], BallotState.REVEALED)

    # ------------------------------------------------------------------ what always holds

    def invariant_books(self) -> None:
        """INV-STAKE-2, INV-POOL-2: vault and pool hold what their ledgers say; a verdict checks every coin."""
        coin, vault, pool = self.system.coin, self.system.vault, self.system.pool
        assert vault.held() == coin.balanceOf(vault)
        assert pool.held() == coin.balanceOf(pool)

    def invariant_honest(self) -> None:
        """INV-REVIEW-1: whoever did what it owed has its whole stake."""
        for validator in self.validators[:HONEST]:
            stake = self.system.vault.stakeOf(self.board, validator, Role.VALIDATOR)
            assert stake["amount"] == TERMS.stake

    def teardown(self) -> None:
        """INV-REVIEW-2: an outsider alone leads to the end; then everybody takes what it owns."""
        outsider = self.people.outsider
        for _ in range(200):
            phase = present(self.task)
            if phase == Phase.ENDED:
                break
            if phase == Phase.REVIEW and self.review.step in (ReviewStep.COMMIT, ReviewStep.REVEAL):
                self.wait()
            elif phase == Phase.REVIEW:
                self.go_on_reviewing(Random(0))
            elif phase in (Phase.FINAL, Phase.VOID, Phase.STALLED):
                self.close(phase)
            else:
                self.wait()
        assert present(self.task) == Phase.ENDED
        self.board.closeBoard({"from": outsider})
        vault, pool, coin = self.system.vault, self.system.pool, self.system.coin
        for trainer in self.people.trainers[:5]:
            if self.task.trainerOf(trainer)["state"] == 2:
                self.task.settle(trainer, {"from": outsider})
            self.task.leaveTask(Role.TRAINER, 0, {"from": trainer})
        for seat, sealer in enumerate(self.task.seats()):
            if int(sealer, 16):
                self.task.leaveTask(Role.SEALER, seat, {"from": sealer})
        for seat in range(self.board.seatCount()):
            holder = self.board.seatOf(seat)["validator"]
            if int(holder, 16):
                self.board.leaveBoard(seat, {"from": holder})
        pass_time(5_000)
        for account in self.everybody:
            for role, by in (
                (Role.TRAINER, self.task),
                (Role.SEALER, self.task),
                (Role.VALIDATOR, self.board),
            ):
                if vault.stakeOf(by, account, role)["amount"]:
                    withdraw = by.withdrawStake if role == Role.VALIDATOR else by.withdraw
                    withdraw(*(() if role == Role.VALIDATOR else (role,)), {"from": account})
            if pool.earningsOf(account)["claimable"]:
                pool.claim({"from": account})
        assert [vault.held(), coin.balanceOf(vault), pool.held(), coin.balanceOf(pool)] == [0, 0, 0, 0]
        assert sum(coin.balanceOf(account) for account in self.everybody) == coin.totalSupply() <= SUPPLY

    def teardown_final(cls: Any) -> None:  # noqa: N805 - Brownie passes the class
        """Say what was met, for whoever looks with `-s`."""
        for what, count in sorted(cls.seen.items(), key=str):
            print(f"{count:5} {what}")


@pytest.mark.parametrize("seed", range(WALKS))
def test_review_life_cycle(state_machine: Any, accounts: Any, seed: int) -> None:
    """Brownie's machine takes snapshots of its own, so each walk has its own contracts."""
    people, validators = people_of(accounts), validators_of(accounts)
    system = deploy_system(people.owner)
    fund(system, people)
    fund_validators(system, people.owner, validators)
    settings = {"max_examples": EXAMPLES, "stateful_step_count": STEPS, "deadline": None}
    state_machine(ReviewLifeCycle, system, people, validators, seed, settings=settings)
