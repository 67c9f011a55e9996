"""Questions for bytes in random order, answered, struck and left alone: INV-ASK-1 and INV-ASK-3 after every move."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from tests.contracts.federation import (
    ONE,
    People,
    System,
    advance_to,
    check_books,
    events,
    now,
    pass_time,
    present,
    running_task,
)
from tests.contracts.rounds import Round, Update
from tests.contracts.task_types import Phase, Role, TrainerState
from tests.contracts.unit.AvailabilityQuestions.conftest import ANSWER, Asking

WALKS, MOVES = 3, 40
BOND = REWARD = ONE
NEEDED = 50 * ONE

Asked = tuple[Any, Update, int]


@dataclass(kw_only=True)
class Walk:
    """One task whose stakes bear two losses beside the greatest penalty; five trainers, anybody asks anybody."""

    system: System
    people: People
    numbers: Random
    round: Round
    open: dict[tuple[str, bytes, int], tuple[Asking, Asked, int, Any]] = field(default_factory=dict)
    losses: Counter[tuple[str, int]] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def task(self) -> Any:
        return self.round.task

    def move(self) -> None:
        phase = present(self.task)
        if phase == Phase.COMMIT:
            self.play()
        elif phase == Phase.AGGREGATE:
            # Within the first slot: another sealer's begins soon.
            self.ask()
            self.round.propose()
        elif phase in (Phase.CHALLENGE, Phase.FINAL):
            weights = {"ask": 5, "show": 3, "strike": 3, "wait": 2, "leave": 1, "go on": 2}
            getattr(self, self.numbers.choices(list(weights), list(weights.values()))[0].replace(" ", "_"))()
        else:
            self.strike()
        self.check()

    def play(self) -> None:
        """Whoever may takes part in the next round, which is frozen."""
        members = [one for one in self.people.trainers[:5] if self.may_commit(one)]
        self.round.until_attested(members)
        self.task.freezeRound(self.round.entries, {"from": self.people.outsider})

    def may_commit(self, trainer: Any) -> bool:
        record = self.task.trainerOf(trainer)
        return record["state"] != TrainerState.SUSPENDED and not record["leaving"]

    def ask(self) -> None:
        asking = Asking(questions=self.system.questions, round=self.round)
        update, chunk = self.numbers.choice(self.round.revealed), self.numbers.randrange(3)
        attester = self.numbers.choice(self.round.revealed).trainer
        key = (attester.address, update.commitment, chunk)
        asker = self.numbers.choice([self.people.challenger, *self.people.sealers])
        if key in self.open or self.losses[attester.address, self.round.number]:
            return
        asking.ask(asker, attester, update, chunk)
        self.open[key] = (asking, (attester, update, chunk), now() + ANSWER, asker)
        self.seen["asked"] += 1

    def show(self) -> None:
        running = [key for key, (_, _, deadline, _) in self.open.items() if now() + 30 < deadline]
        if running:
            asking, asked, _, _ = self.open.pop(self.numbers.choice(running))
            had = self.system.coin.balanceOf(asked[0])
            asking.show(self.people.outsider, *asked)
            assert self.system.coin.balanceOf(asked[0]) - had == BOND // 5
            self.seen["shown"] += 1

    def strike(self) -> None:
        late = [key for key, (_, _, deadline, _) in self.open.items() if now() >= deadline]
        if not late:
            return
        asking, asked, _, asker = self.open.pop(self.numbers.choice(late))
        place = (asked[0].address, asking.round.number)
        had, before = self.system.coin.balanceOf(asker), self.stake(asked[0])
        struck = asking.strike(self.people.outsider, *asked)
        charged = not self.losses[place]
        assert [one["charged"] for one in events(struck, "ChunkWithheld")] == [charged]
        assert before - self.stake(asked[0]) == (REWARD if charged else 0)
        assert self.system.coin.balanceOf(asker) - had == BOND
        self.losses[place] += charged
        self.seen["charged" if charged else "struck"] += 1

    def wait(self) -> None:
        pass_time(self.numbers.choice([50, ANSWER]))

    def leave(self) -> None:
        trainer = self.numbers.choice(self.people.trainers[3:5])
        if not self.task.trainerOf(trainer)["leaving"]:
            self.task.leaveTask(Role.TRAINER, 0, {"from": trainer})
            self.seen["left"] += 1

    def go_on(self) -> None:
        advance_to(self.task, Phase.FINAL)
        staying = sum(self.may_commit(one) for one in self.people.trainers[:5])
        if staying >= 3:
            self.round = self.round.finalize(self.people.outsider)
            self.seen["final"] += 1

    def stake(self, trainer: Any) -> int:
        return int(self.system.vault.stakeOf(self.task, trainer, Role.TRAINER)["amount"])

    def check(self) -> None:
        """INV-ASK-1: the bonds are there. INV-ASK-3: a stake has lost one reward for each round lost, no more."""
        assert self.system.questions.held() == len(self.open) * BOND
        assert all(count <= 1 for count in self.losses.values())
        for trainer in self.people.trainers[:5]:
            lost = sum(count for (who, _), count in self.losses.items() if who == trainer.address)
            assert self.stake(trainer) == 52 * ONE - lost * REWARD
            # Nobody may commit whose stake does not bear the greatest penalty.
            assert self.stake(trainer) >= NEEDED or not self.may_commit(trainer)
        active = sum(self.may_commit(one) for one in self.people.trainers[:5])
        assert self.task.clock()["active"] == active
        check_books(self.system, self.people.all, [self.task])


@pytest.mark.parametrize("seed", range(WALKS))
def test_bonds_are_kept_and_no_round_is_lost_twice(system: System, people: People, seed: int) -> None:
    task = running_task(
        system, people, trainer_stake=52 * ONE, norm_penalty=NEEDED, rounds=20, answer_fee=5 * ONE
    )
    walk = Walk(system=system, people=people, numbers=Random(seed), round=Round.of(task))
    for _ in range(MOVES):
        walk.move()
    assert walk.seen["asked"] >= 3
    assert walk.seen["shown"] + walk.seen["charged"] >= 1
