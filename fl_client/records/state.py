"""What a task is doing now: its phase, until when, and on whom it waits."""

from __future__ import annotations

from typing import Any, Final

from fl_client.chain.contracts import NOBODY, Phase, Step
from fl_client.records.record_watch import RecordWatch
from fl_client.records.roster import is_drawn
from fl_client.types import Address

_ANYBODY: Final = {
    Phase.FINAL: "anybody may close the round",
    Phase.VOID: "anybody may give the attempt up: the quorum was missed",
    Phase.STALLED: "anybody may end the task: no aggregator came",
}
_CHALLENGERS: Final = frozenset({Step.PICK, Step.PROOF, Step.PICK_SUM, Step.ENTRY})
_MOVES: Final = {
    Step.NODES: "open its model's tree",
    Step.PICK: "follow the difference",
    Step.CHUNK: "open the 64 numbers reached",
    Step.PROOF: "prove the difference",
    Step.SUMS: "split the distance that is denied",
    Step.PICK_SUM: "follow the difference",
    Step.ENTRY: "prove the difference",
}


class PresentState:
    """Reads who is due out of a watch, as of the latest block that it read."""

    def __init__(self, watch: RecordWatch) -> None:
        self._watch, self._clock = watch, watch.phases
        self._ledger, self._name = watch.ledger, watch.roster.name_of

    def to_json(self) -> dict[str, Any]:
        """Phase, deadline in seconds since 1970 (0: when somebody acts), who is due, and for what in words."""
        phase, deadline = self._clock.at(self._watch.now)
        due, doing = self._awaited(phase)
        if phase is Phase.AGGREGATE:
            deadline = self._clock.proposers(self._watch.now)[1]
        board = self._watch.contract.board
        if phase is Phase.REVIEW and board is not None:
            deadline = board.state(self._watch.block).deadline
        if phase is Phase.CHALLENGE and self._clock.dispute is not None:
            deadline = self._clock.dispute.deadline
        ended = phase is Phase.ENDED
        return {
            "phase": phase.name.lower(),
            "deadline": deadline,
            "now": self._watch.now,
            "block": self._watch.block,
            "round": self._ledger.round if ended else self._clock.round,
            "attempt": self._clock.attempt + 1,
            "ended": ended,
            "due": [self._name(one) for one in due],
            "awaited": doing,
            "dispute": self._dispute(),
        }

    def _awaited(self, phase: Phase) -> tuple[list[Address], str]:
        """On whom the task waits, and for what."""
        if phase is Phase.JOIN:
            quorum = self._watch.contract.parameters.quorum
            return [], f"trainers, at least {quorum}, and an aggregator may join"
        if phase is Phase.COMMIT:
            undecided = self._is_drawing and self._ledger.seeded_turn < self._clock.turn
            return (
                ([], "the draw is not decided") if undecided else (self._uncommitted(), "commit to an update")
            )
        if phase is Phase.REVEAL:
            return self._unrevealed(), "reveal the update that it committed to"
        if phase is Phase.ATTEST:
            return self._unattested(), "vouch for the updates that it can check"
        if phase is Phase.REVIEW:
            return self._reviewing()
        if phase is Phase.AGGREGATE:
            sealers = self._clock.proposers(self._watch.now)[0]
            return list(sealers), "propose the model" if sealers else "anybody may propose the model"
        if phase is Phase.CHALLENGE:
            return self._disputing()
        return [], _ANYBODY.get(phase, "")

    def _reviewing(self) -> tuple[list[Address], str]:
        """Who of the committee owes its scores."""
        board = self._ledger.board
        review = None if board is None else board.reviews.get(self._clock.turn)
        if review is None:
            return [], "anybody may open the review"
        if not review.committees or review.kept_mask is not None:
            return [], "anybody may draw the committee"
        committee = review.committees[-1]
        owing = [one for one in committee.validators if one not in committee.committed]
        if owing:
            return owing, "score the updates and commit to the scores"
        return [one for one in committee.validators if one not in committee.scores], "reveal the scores"

    @property
    def _is_drawing(self) -> bool:
        return self._watch.contract.parameters.fraction_bps < 10_000

    def _uncommitted(self) -> list[Address]:
        clock, roster, record = self._clock, self._watch.roster, self._ledger.current()
        came = {one.trainer for one in record.commits if one.turn == clock.turn}
        came |= {one.trainer for one in record.reveals}
        return [
            one
            for one in self._ledger.trainers
            if one not in came
            and one not in self._ledger.suspended
            and one not in roster.leaving
            and roster.joined_in[one] < clock.turn
            and self._is_drawn(one)
        ]

    def _is_drawn(self, trainer: Address) -> bool:
        seed, fraction = self._watch.phases.seed, self._watch.contract.parameters.fraction_bps
        return not self._is_drawing or is_drawn(seed, self._clock.turn, trainer, fraction)

    def _unrevealed(self) -> list[Address]:
        record = self._ledger.current()
        revealed = {one.trainer for one in record.reveals if one.turn == self._clock.turn}
        committed = [one.trainer for one in record.commits if one.turn == self._clock.turn]
        return [one for one in committed if one not in revealed and one not in self._ledger.suspended]

    def _unattested(self) -> list[Address]:
        record, turn = self._ledger.current(), self._clock.turn
        attested = {one for one, (when, _) in record.attestations.items() if when == turn}
        return [
            one.trainer
            for one in record.reveals
            if one.trainer not in attested and one.trainer not in self._ledger.suspended
        ]

    def _disputing(self) -> tuple[list[Address], str]:
        dispute = self._clock.dispute
        if dispute is None:
            return [], "whoever computes another model may challenge the proposed one"
        mover = dispute.challenger if dispute.step in _CHALLENGERS else self._clock.proposer
        return ([] if mover == NOBODY else [mover]), _MOVES[dispute.step]

    def _dispute(self) -> dict[str, Any] | None:
        dispute = self._clock.dispute
        if dispute is None:
            return None
        return {"challenger": self._name(dispute.challenger), "step": dispute.step.name.lower()}
