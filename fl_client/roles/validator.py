"""The validator: scores the accepted updates on its own samples when it is drawn, and answers for its silence."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Container
from fractions import Fraction
from typing import Protocol

from fl_client.chain import Journal, ScoresRow, TransactionSender
from fl_client.chain.contracts import (
    BallotState,
    BoardContract,
    Phase,
    ReviewState,
    ReviewStep,
    Role,
)
from fl_client.errors import ChainError, EncodingError, StorageError
from fl_client.review import UNAVAILABLE, Claim, implausible, pack_scores, score_of
from fl_client.roles.acting import GasBook
from fl_client.roles.models import ModelBook
from fl_client.roles.participant import Participant
from fl_client.rounds import RoundRecord, TaskWatch, Vector
from fl_client.types import Bytes32

_log = logging.getLogger(__name__)

BoardSalt = Callable[[int, int], Bytes32]
"""A salt for a turn and a committee; must be unpredictable."""


class Judge(Protocol):
    """Says what updates are worth."""

    def worth(self, base: Vector, updates: dict[int, Vector], weights: dict[int, int]) -> dict[int, float]:
        """The worth of each update of a round.

        Args:
            base: int32 (d,), the model that the round started from.
            updates: int32 (d,) each, by their place among the reveals.
            weights: their capped sample counts.
        """
        ...


class Validator(Participant):
    """An account with a seat on the task's board."""

    role = "validator"
    stakes_as = Role.VALIDATOR

    def __init__(
        self,
        watch: TaskWatch,
        sender: TransactionSender,
        gas: GasBook,
        *,
        judge: Judge,
        models: ModelBook,
        journal: Journal,
        salt: BoardSalt,
        measured: Fraction | None = None,
    ) -> None:
        """Make a validator.

        Args:
            judge: scores on this validator's own samples.
            models: the round's base and updates, over the public store.
            journal: keeps its scores and salt before it commits to them.
            salt: must be unpredictable; a demonstration may derive it from its seed.
            measured: milliseconds a sample of a training of its own, for comparison.

        Raises:
            ChainError: the task has no board.
        """
        super().__init__(watch, sender, gas)
        if watch.contract.board is None:
            raise ChainError(f"the task {watch.contract.address} is not reviewed: it takes no validators")
        self.board: BoardContract = watch.contract.board
        self.judge, self.models, self.journal, self.salt = judge, models, journal, salt
        self.measured = measured

    def act(self, phase: Phase) -> str | None:
        """Take a seat; when drawn commit and reveal scores; at the end go home."""
        if phase is Phase.ENDED:
            return self.go_home(Role.VALIDATOR)
        seat = self.seat()
        if seat is None:
            return self.join()
        if phase is Phase.REVIEW and (done := self._review(seat)) is not None:
            return done
        return self.advance(phase) if phase in (Phase.ATTEST, Phase.REVIEW) else None

    # ------------------------------------------------------------------ membership

    def seat(self) -> int | None:
        """The seat that this account holds."""
        assert self.ledger.board is not None
        return self.ledger.board.seat_of(self.address)

    def join(self) -> str | None:
        """Lock the stake and take the first free seat; whoever was silent does not come back by itself.

        Raises:
            ChainError: all seats are taken.
        """
        assert self.ledger.board is not None
        if self.address in self.ledger.board.validators:
            return None
        free = self.ledger.board.free_seat()
        self.allow(self.board.terms.stake)
        self.send(self.board.board.functions.joinAsValidator(free))
        return "took a seat on the board"

    def go_home(self, role: Role) -> str | None:
        """After the end: claim, leave the board, and take the stake back once it is free."""
        claimable, _ = self.contract.earnings(self.address)
        if claimable:
            self.send(self.contract.pool.functions.claim())
            return "claimed its earnings"
        amount, releasable_at = self.contract.stake(self.address, role)
        if not amount:
            return None
        seat = self.seat()
        if not releasable_at and seat is not None:
            self.send(self.board.board.functions.leaveBoard(seat))
            return "left the board"
        if releasable_at and self.contract.connection.now() >= releasable_at:
            self.send(self.board.board.functions.withdrawStake())
            return "took its stake back"
        return None

    # ------------------------------------------------------------------ scoring

    def _review(self, seat: int) -> str | None:
        state = self.contract.review()
        if state.step not in (ReviewStep.COMMIT, ReviewStep.REVEAL) or not self._is_drawn(state):
            return None
        with self.contract.held() as block:
            turn, committee, ballot = self.board.ballot(seat, block)
        mine = (turn, committee) == (state.turn, state.committee)
        if state.step is ReviewStep.COMMIT and not mine:
            return self._commit(state, seat)
        if state.step is ReviewStep.REVEAL and mine and ballot is BallotState.COMMITTED:
            return self._reveal(state, seat)
        return None

    def _is_drawn(self, state: ReviewState) -> bool:
        assert self.ledger.board is not None
        record = self.ledger.board.reviews.get(state.turn)
        if record is None or not record.committees or record.committees[-1].number != state.committee:
            return False
        return self.address in record.committees[-1].validators

    def _commit(self, state: ReviewState, seat: int) -> str:
        kept = self._kept(state) or self._prepare(state)
        call = self.board.board.functions.commitScores(state.turn, state.committee, seat, kept.digest)
        self.send(call, intent=self._intent("commit", state))
        return "committed to its scores"

    def _reveal(self, state: ReviewState, seat: int) -> str | None:
        kept = self._kept(state)
        if kept is None:
            folder = self.journal.path.parent
            _log.error("the scores of turn %d are not in %s: was it another folder?", state.turn, folder)
            return None
        call = self.board.board.functions.revealScores(seat, kept.scores, kept.salt)
        self.send(call, intent=self._intent("reveal", state))
        return "revealed its scores"

    def _prepare(self, state: ReviewState) -> ScoresRow:
        """Score; scores and salt are on the disk when this returns."""
        scores = pack_scores(self.scores(self.ledger.current()))
        salt = self.salt(state.turn, state.committee)
        row = ScoresRow(
            board=self.board.address,
            account=self.address,
            turn=state.turn,
            committee=state.committee,
            scores=scores,
            salt=salt,
            digest=self._digest(state, scores, salt),
        )
        self.journal.record_scores(row)
        return row

    def _kept(self, state: ReviewState) -> ScoresRow | None:
        """Those made for the very set of updates that is under review."""
        rows = self.journal.scores(self.board.address, self.address, state.turn, state.committee)
        return next((row for row in rows if row.digest == self._digest(state, row.scores, row.salt)), None)

    def _digest(self, state: ReviewState, scores: bytes, salt: Bytes32) -> Bytes32:
        return self.board.digest_of(
            state.turn, state.committee, self.address, self.contract.set_hash(), scores, salt
        )

    def scores(self, record: RoundRecord) -> list[int]:
        """A score for each reveal; what cannot be fetched is unavailable, what is not accepted is not judged."""
        assert self.ledger.board is not None
        accepted = self.ledger.board.reviews[record.turn].accepted_mask
        updates: dict[int, Vector] = {}
        for reveal in record.reveals:
            if not accepted >> reveal.index & 1:
                continue
            try:
                updates[reveal.index] = self.models.update(record.number, reveal).vector
            except (StorageError, EncodingError) as problem:
                _log.warning("update %d of round %d: %s", reveal.index, record.number, problem)
        # Before the rest is judged: an inflated weight would drown what the others are worth.
        doubted = self._implausible(record, updates)
        for place in doubted:
            del updates[place]
        weights = {
            reveal.index: weight
            for reveal, (_, weight, _) in zip(record.reveals, self.watch.entries(record.reveals), strict=True)
            if reveal.index in updates
        }
        worth = self.judge.worth(self.models.base(record.number), updates, weights) if updates else {}
        worth |= dict.fromkeys(doubted, -math.inf)  # the lowest score
        return [
            score_of(worth[reveal.index]) if reveal.index in worth else UNAVAILABLE
            for reveal in record.reveals
        ]

    def _implausible(self, record: RoundRecord, updates: Container[int]) -> frozenset[int]:
        """Updates whose reported time does not fit their claimed samples."""
        claims = {
            reveal.index: Claim(samples=reveal.samples, milliseconds=reveal.milliseconds)
            for reveal in record.reveals
            if reveal.index in updates
        }
        found = implausible(claims, self.board.terms.pace, measured=self.measured)
        for place in sorted(found):
            claim = claims[place]
            _log.warning(
                "update %d of round %d claims %d samples in %d ms: far from the others",
                place,
                record.number,
                claim.samples,
                claim.milliseconds,
            )
        return found

    def _intent(self, call: str, state: ReviewState) -> str:
        return f"{call} scores {self.board.address} {state.turn}.{state.committee}"
