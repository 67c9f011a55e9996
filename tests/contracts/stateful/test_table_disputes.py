"""Tables in random order, right and wrong, denied rightly and wrongly: INV-COURT-2 predicts who loses every dispute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest

from fl_client.aggregation import parse_aggregation
from tests.contracts.dissection import altered, prove
from tests.contracts.federation import (
    People,
    System,
    advance_to,
    check_books,
    create_task,
    join_all,
    mine_at,
    only_event,
    present,
    reverts,
    start,
)
from tests.contracts.rounds import Round
from tests.contracts.table_dispute import TableDispute
from tests.contracts.tabled import TabledRound, empty_proof, packed_table, rule_parameters
from tests.contracts.task_types import Phase, Role

WALKS, MOVES = 4, 26
CHUNKS = 5
PAIRS = [(i, j) for i in range(5) for j in range(i + 1, 5)]
SILENCE = 0.12


@dataclass(kw_only=True)
class Walk:
    """One task; ``lie`` says what is wrong with the proposal that stands."""

    system: System
    people: People
    numbers: Random
    sealers: tuple[Any, ...]
    tabled: TabledRound
    lie: str = ""
    entries: list[int] = field(default_factory=list)
    place: int = 0
    chunk: int = 0
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def task(self) -> Any:
        return self.tabled.task

    def account(self, address: str) -> Any:
        return next(one for one in self.sealers if one.address == address)

    def move(self) -> None:
        phase = present(self.task)
        if phase == Phase.COMMIT:
            self.tabled.round.until_attested(self.people.trainers[:5])
        elif phase == Phase.CHALLENGE:
            self.judge()
        elif (
            phase == Phase.ATTEST
            or phase == Phase.AGGREGATE
            and any(int(seat, 16) for seat in self.task.seats())
        ):
            self.propose()
        elif phase == Phase.FINAL:
            self.close()
        check_books(self.system, self.people.all, [self.task])

    def close(self) -> None:
        """Only what nothing is wrong with becomes final: everybody looks at it."""
        assert self.lie == ""
        model = self.tabled.model()
        self.task.finalizeRound({"from": self.people.outsider})
        assert bytes(self.task.baseModel()) == self.tabled.round.commitment_to(model)
        self.seen["final"] += 1
        if present(self.task) == Phase.COMMIT:
            self.tabled = replace(self.tabled, round=Round.of(self.task, model))

    def propose(self) -> None:
        self.lie = self.numbers.choice(["", "", "entry", "entry", "model", "length", "none"])
        self.entries = right = self.tabled.entries()
        seat = self.tabled.round.first_seat()
        seats = self.task.seats()
        while not int(seats[seat], 16):
            seat = (seat + 1) % len(seats)
        sealer = self.account(seats[seat])
        model = self.tabled.model()
        if self.lie == "entry":
            self.place, self.chunk = self.numbers.randrange(10), self.numbers.randrange(CHUNKS)
            self.entries = [*right]
            self.entries[self.place] += self.numbers.choice([1, 2**90])
            model = self.tabled.model_over(self.entries)
        elif self.lie == "length":
            self.entries = self.numbers.choice([right[1:], [*right, 0], [0]])
        elif self.lie == "model":
            model = altered(model, 70)
        if self.lie != "none":
            self.tabled.post(sealer, self.entries)
        self.tabled.round.propose(model, seat=seat)
        with reverts("RoundTablesProposed", sealer):
            self.tabled.post(sealer, right)

    def judge(self) -> None:
        """Somebody objects, rightly or wrongly, or nobody does."""
        if self.lie in ("none", "length"):
            table = b"" if self.lie == "none" else packed_table(self.entries)
            self.rejected(
                lambda: prove(self.system.court, self.task, self.people.challenger, empty_proof(table))
            )
            return
        if self.lie == "model" and self.numbers.random() < 0.6:
            wrong = altered(self.tabled.model(), 70)
            proof = self.tabled.proof(wrong, 70, self.entries)
            self.rejected(lambda: prove(self.system.court, self.task, self.people.challenger, proof))
            return
        if self.lie == "entry" or self.numbers.random() < 0.5:
            self.dispute()
        elif not self.lie:
            model = self.tabled.model()
            with reverts("DisputeCourtNothingWrong"):
                prove(
                    self.system.court,
                    self.task,
                    self.people.challenger,
                    self.tabled.proof(model, 3, self.entries),
                )
            advance_to(self.task, Phase.FINAL)

    def rejected(self, call: Callable[[], Any]) -> None:
        proposer = self.task.proposedModel()[1]
        assert only_event(call(), "AggregateRejected")["proposer"] == proposer
        self.seen[f"convicted: {self.lie}"] += 1

    def dispute(self) -> None:
        """Each answers, or is silent; whoever is right and never silent wins."""
        one, other = PAIRS[self.place if self.lie == "entry" else self.numbers.randrange(10)]
        proposer = self.task.proposedModel()[1]
        game = TableDispute(
            round=self.tabled,
            sealer=self.account(proposer),
            challenger=self.people.challenger,
            one=one,
            other=other,
            entries=self.entries,
            theirs=[],
        )
        game.theirs = game.ours
        game.theirs[self.chunk % CHUNKS] += self.entries[PAIRS.index((one, other))] - sum(game.ours)
        game.open()
        loser = self.play(game)
        assert (self.task.proposedModel()[1] == proposer) is (loser == "challenger")
        stake = self.system.vault.stakeOf(self.task, game.challenger, Role.CHALLENGER)["amount"]
        assert (stake == 0) is (loser == "challenger")
        self.seen[f"{'wrong' if self.lie == 'entry' else 'right'} entry: {loser}"] += 1
        if stake:
            self.task.leaveTask(Role.CHALLENGER, 0, {"from": game.challenger})
            self.task.withdraw(Role.CHALLENGER, {"from": game.challenger})

    def play(self, game: TableDispute) -> str:
        while game.level > 0:
            for step, who in ((game.answer, "sealer"), (game.pick, "challenger")):
                if self.numbers.random() < SILENCE:
                    return self.silent(who)
                step()
        if self.lie == "entry" and self.numbers.random() >= SILENCE:
            self.rejected(game.prove)
            return "sealer"
        if self.lie != "entry":
            with reverts("DisputeCourtNothingWrong"):
                game.prove()
        return self.silent("challenger")

    def silent(self, who: str) -> str:
        mine_at(int(self.system.court.tableDisputeOf(self.task)["deadline"]))
        self.system.court.resolveDispute(self.task, {"from": self.people.outsider})
        self.seen[f"silent {who}"] += 1
        return who


SEEN: Counter[str] = Counter()


@pytest.mark.parametrize("seed", range(WALKS))
def test_who_loses_a_dispute_is_who_was_wrong_or_silent(system: System, people: People, seed: int) -> None:
    rule = parse_aggregation(("krum:1+mean", "nnm:1+clip+median")[seed % 2])
    task = create_task(
        system, people.owner, dimension=64 * (CHUNKS - 1) + 1, rounds=6, **rule_parameters(system, rule)
    )
    sealers = (*people.sealers, *people.trainers[5:8])
    join_all(task, people.trainers[:5], sealers)
    start(task, people.owner)
    walk = Walk(
        system=system,
        people=people,
        numbers=Random(seed),
        sealers=sealers,
        tabled=TabledRound(system=system, rule=rule, round=Round.of(task)),
    )
    for _ in range(MOVES):
        if present(task) in (Phase.ENDED, Phase.STALLED):
            break
        walk.move()
    SEEN.update(walk.seen)


def test_the_walks_have_been_everywhere() -> None:
    """Otherwise the seeds are worth nothing."""
    print(dict(SEEN))
    expected = {
        "final",
        "silent sealer",
        "silent challenger",
        "right entry: challenger",
        "wrong entry: sealer",
    }
    assert expected | {f"convicted: {lie}" for lie in ("entry", "model", "length", "none")} <= SEEN.keys()
