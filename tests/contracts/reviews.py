"""One review of a round: real commitments, and the calls of its validators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import brownie
from brownie import web3

from fl_client.chain.contracts import BallotState, Payment, ReviewStep
from fl_client.review import UNAVAILABLE
from tests.contracts.federation import (
    ONE,
    PURSE,
    People,
    System,
    join_all,
    mine_at,
    now,
    start,
    task_parameters,
)
from tests.contracts.review_types import ReviewTerms
from tests.contracts.rounds import Round

NOTHING = 32_768
"""The score of an update that is worth nothing."""

GOOD, BAD = NOTHING + 232, NOTHING - 768
"""Above and below the floor of ``review_terms``."""

Scores = Sequence[int]


def validators_of(accounts: Sequence[Any]) -> tuple[Any, ...]:
    """Return the seven accounts that have no other role."""
    return tuple(accounts[13:20])


def fund_validators(system: System, owner: Any, validators: Iterable[Any]) -> None:
    """Give validators coins that the vault may take."""
    for validator in validators:
        system.coin.transfer(validator, PURSE, {"from": owner})
        system.coin.approve(system.vault, PURSE, {"from": validator})


def review_terms(**overrides: Any) -> ReviewTerms:
    """Return terms that the factory admits."""
    chosen = ReviewTerms(
        committee=5,
        quorum=3,
        commit_seconds=610,
        reveal_seconds=710,
        stake=50 * ONE,
        reward=2 * ONE,
        silence_penalty=10 * ONE,
        tolerance=100,
        floor=NOTHING,
        full=NOTHING + 1_000,
        payment=Payment.EQUAL,
    )
    return chosen._replace(**overrides)


def create_reviewed_task(
    system: System, owner: Any, terms: ReviewTerms | None = None, **overrides: Any
) -> tuple[Any, Any]:
    """Create a task with a board; return both clones."""
    parameters = task_parameters(system, owner, **overrides)
    created = system.factory.createReviewedTask(parameters, terms or review_terms(), {"from": owner})
    task = brownie.TrainingTask.at(created.events["TaskCreated"]["task"])
    return task, brownie.ReviewBoard.at(task.parameters()["board"])


def join_board(board: Any, validators: Iterable[Any]) -> None:
    """Let each validator take the next seat."""
    for validator in validators:
        board.joinAsValidator(board.seatCount(), {"from": validator})


def reviewed_task(
    system: System,
    people: People,
    validators: Sequence[Any],
    terms: ReviewTerms | None = None,
    trainers: int = 5,
    **overrides: Any,
) -> tuple[Any, Any]:
    """Create a task with a board, let everybody join both, and open the first round."""
    task, board = create_reviewed_task(system, people.owner, terms, **overrides)
    join_all(task, people.trainers[:trainers], people.sealers)
    join_board(board, validators)
    start(task, people.owner)
    return task, board


def pack(scores: Scores) -> bytes:
    """Return a row as the contract takes it."""
    return b"".join(score.to_bytes(2, "big") for score in scores)


@dataclass(kw_only=True)
class Review:
    """The calls of one round's review, over all its committees; remembers what each seat committed to."""

    board: Any
    round_: Round
    accounts: Mapping[str, Any]
    rows: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, board: Any, round_: Round, validators: Sequence[Any]) -> Review:
        """Return the review of a round that is not frozen yet."""
        return cls(board=board, round_=round_, accounts={one.address: one for one in validators})

    @property
    def task(self) -> Any:
        """The task."""
        return self.round_.task

    # ------------------------------------------------------------------ time

    @property
    def step(self) -> ReviewStep:
        """What the board is doing now."""
        return ReviewStep(self.board.review()["step"])

    def pass_deadline(self) -> None:
        """Mine a block at the end of the present step."""
        mine_at(max(int(self.board.review()["mark"]), now() + 1))

    def until(self, step: ReviewStep) -> None:
        """Let deadlines pass until the board is in this step; nobody acts."""
        for _ in range(3):
            if self.step == step:
                return
            self.pass_deadline()
        raise AssertionError(f"{step!r} does not follow from {self.step!r} by waiting")

    # ------------------------------------------------------------------ who

    @property
    def committee(self) -> list[int]:
        """The drawn seats, in order."""
        seats = bytes(self.board.committeeSeats())
        return list(seats[: self.board.review()["size"]])

    def holder(self, seat: int) -> Any:
        """The account that holds a seat."""
        return self.accounts[str(self.board.seatOf(seat)["validator"])]

    # ------------------------------------------------------------------ calls

    def open(self, by: Any) -> Any:
        """Freeze the round, which opens the review."""
        return self.task.freezeRound(self.round_.entries, {"from": by})

    def draw(self, by: Any) -> list[int]:
        """Draw the committee and return its seats."""
        self.board.drawCommittee({"from": by})
        return self.committee

    def salt(self, seat: int) -> bytes:
        """A seat's salt in the present review."""
        state = self.board.review()
        return bytes(web3.keccak(text=f"{seat} {state['turn']} {state['committee']}"))

    def digest(self, seat: int, row: bytes, **other: Any) -> bytes:
        """What a seat commits to; fields may be other ones than the right ones."""
        state = self.board.review()
        fields = {
            "turn": state["turn"],
            "committee": state["committee"],
            "validator": self.board.seatOf(seat)["validator"],
            "set_hash": self.task.setHash(),
            "scores": row,
            "salt": self.salt(seat),
        } | other
        return bytes(self.board.scoresDigest(*fields.values()))

    def commit(self, seats: Iterable[int], scores: Scores) -> None:
        """Let the holders of these seats commit to these scores."""
        state = self.board.review()
        for seat in seats:
            self.rows[seat] = pack(scores)
            digest = self.digest(seat, self.rows[seat])
            self.board.commitScores(
                state["turn"], state["committee"], seat, digest, {"from": self.holder(seat)}
            )

    def reveal(self, seats: Iterable[int]) -> None:
        """Let the holders of these seats reveal; waits for the step if need be."""
        if self.step == ReviewStep.COMMIT:
            self.until(ReviewStep.REVEAL)
        for seat in seats:
            self.board.revealScores(seat, self.rows[seat], self.salt(seat), {"from": self.holder(seat)})

    @property
    def posted(self) -> list[bytes]:
        """What the present committee revealed, in its order."""
        state = self.board.review()
        found = []
        for seat in self.committee:
            _, turn, committee, ballot = self.board.ballotOf(seat)
            if (turn, committee, ballot) == (state["turn"], state["committee"], BallotState.REVEALED):
                found.append(self.rows[seat])
        return found

    def conclude(self, by: Any) -> Any:
        """End the review."""
        return self.board.concludeReview(self.round_.entries, self.posted, {"from": by})

    def until_due(self, by: Any, scores: Scores, outlier: Scores | None = None, silent: int = 0) -> list[int]:
        """Open, draw and score; the first seats of the committee are silent, the last one is the outlier.

        Returns:
            The committee's seats.
        """
        if self.step == ReviewStep.NONE:
            self.open(by)
        seats = self.draw(by)
        awake = seats[silent:]
        self.commit(awake[:-1], scores)
        self.commit(awake[-1:], outlier or scores)
        self.reveal(awake)
        if self.step != ReviewStep.DUE:
            self.until(ReviewStep.DUE)
        return seats

    def run(self, by: Any, scores: Scores, outlier: Scores | None = None, silent: int = 0) -> Any:
        """The whole review; returns the transaction that ended it."""
        self.until_due(by, scores, outlier, silent)
        return self.conclude(by)

    def run_without_validators(self, by: Any) -> Any:
        """The review of a board of which too few hold seats; returns the transaction that ended it."""
        self.open(by)
        assert self.draw(by) == []
        return self.conclude(by)

    def fail(self, by: Any) -> list[int]:
        """Draw a committee of which nobody acts, and conclude; return its seats."""
        seats = self.draw(by)
        self.until(ReviewStep.DUE)
        self.conclude(by)
        return seats


def unavailable(count: int) -> list[int]:
    """A row of a judge that could fetch nothing."""
    return [UNAVAILABLE] * count
