"""The review of a round checked: what its scores decide, what its judges earned, and who was silent."""

from __future__ import annotations

from collections import defaultdict

from fl_client.chain.contracts import BoardContract, ReviewTerms
from fl_client.encoding import set_hash
from fl_client.errors import AuditDiffers
from fl_client.review import tally as scoring
from fl_client.review.scores import unpack_scores
from fl_client.rounds import ReviewLedger, ReviewRecord, RoundRecord, TaskWatch, tally
from fl_client.types import Address

_BPS = 10_000


class ReviewAudit:
    """Recomputes what the board of a task said about one round.

    Raises (all methods):
        AuditDiffers: a statement is false; the message says where and what.
    """

    def __init__(self, watch: TaskWatch, record: RoundRecord) -> None:
        board, ledger = watch.contract.board, watch.ledger.board
        assert board is not None and ledger is not None  # made only where there is one
        self.watch, self.record = watch, record
        self.board: BoardContract = board
        self.ledger: ReviewLedger = ledger
        self.terms: ReviewTerms = board.terms

    def check(self) -> None:
        """Every review of the round: of the attempt that was accepted, and of those before that were void."""
        for turn in range(self.record.turn - self.record.attempt, self.record.turn + 1):
            review = self.ledger.reviews.get(turn)
            if review is not None and review.kept_mask is not None:
                self.check_scores(review)
                self.check_decision(review)
        review = self.ledger.reviews.get(self.record.frozen_turn)
        if review is None or review.kept_mask is None:
            raise AuditDiffers(f"round {self.record.number}: its set was fixed without a review")
        self.check_set(review)

    def check_scores(self, review: ReviewRecord) -> None:
        """Whoever revealed had committed to those very scores, and whoever was called silent did not reveal."""
        posted = set_hash(self.watch.entries(self.record.reveals[: review.reveals]))
        for committee in review.committees:
            where = f"review of turn {review.turn}, committee {committee.number}"
            for validator, (scores, salt) in committee.scores.items():
                digest = self.board.digest_of(review.turn, committee.number, validator, posted, scores, salt)
                if committee.committed.get(validator) != digest:
                    raise AuditDiffers(f"{where}: {validator} revealed scores that it never committed to")
            for validator in committee.silent:
                if validator in committee.scores:
                    raise AuditDiffers(f"{where}: {validator} was slashed for silence and had revealed")

    def check_decision(self, review: ReviewRecord) -> None:
        """Medians, what is kept, and whose scores are near, as the contract computes them."""
        where = f"review of turn {review.turn}"
        last = review.committees[-1] if review.committees else None
        rows = [unpack_scores(row) for row in last.rows()] if last is not None else []
        if not review.medians:
            if len(rows) >= self.terms.quorum or review.kept_mask != review.accepted_mask:
                raise AuditDiffers(
                    f"{where}: the attestations decided alone although a committee had its quorum"
                )
            return
        middles = scoring.medians(rows, len(review.medians))
        if middles != review.medians:
            raise AuditDiffers(
                f"{where}: its scores have the medians {middles}, the chain says {review.medians}"
            )
        kept = scoring.kept_mask(middles, self.terms.floor, review.accepted_mask)
        honest = scoring.honest_mask(rows, middles, self.terms.tolerance)
        if (kept, honest) != (review.kept_mask, review.honest_mask):
            raise AuditDiffers(
                f"{where}: its scores keep {kept:b} and pay the judges {honest:b}, the chain says "
                f"{review.kept_mask or 0:b} and {review.honest_mask:b}"
            )

    def check_set(self, review: ReviewRecord) -> None:
        """The accepted set is what attestations and review leave of those who were not slashed meanwhile."""
        outcome = tally(self.record, turn=review.turn, dropped=review.dropped)
        if outcome.accepted_mask != review.accepted_mask:
            raise AuditDiffers(
                f"round {self.record.number}: the attestations accept {outcome.accepted_mask:b}, the review was "
                f"opened for {review.accepted_mask:b}"
            )
        gone = sum(1 << index for index in self.record.dropped)
        expected = ((review.kept_mask or 0) & ~gone, outcome.attested_mask & ~gone)
        if expected != (self.record.accepted_mask, self.record.attested_mask):
            raise AuditDiffers(
                f"round {self.record.number}: the review leaves {expected[0]:b}, the chain says "
                f"{self.record.accepted_mask or 0:b}"
            )


def shares_of(watch: TaskWatch, record: RoundRecord) -> tuple[int, ...]:
    """What each reveal of a frozen round earns of the data reward, in Bps."""
    board, ledger = watch.contract.board, watch.ledger.board
    whole = tuple([_BPS] * len(record.reveals))
    if board is None or ledger is None:
        return whole
    review = ledger.reviews[record.frozen_turn]
    if not review.medians:
        return whole
    weights = [weight for _, weight, _ in watch.entries(record.reveals)]
    terms = board.terms
    return scoring.shares(
        review.medians,
        weights,
        review.kept_mask or 0,
        payment=terms.payment,
        floor=terms.floor,
        full=terms.full,
        max_samples=watch.contract.parameters.max_samples,
    )


def check_board(watch: TaskWatch) -> dict[Address, int]:
    """Check the silent validators' cuts and the board's escrow.

    Returns:
        What each judge earned, in 1e-18 coin.

    Raises:
        AuditDiffers: a cut or the escrow is not what the rules give.
    """
    board, ledger = watch.contract.board, watch.ledger.board
    if board is None or ledger is None:
        return {}
    parameters, terms = watch.contract.parameters, board.terms
    unspent, bonus = parameters.rounds * terms.committee * terms.reward, 0
    earned: dict[Address, int] = defaultdict(int)
    for entry in ledger.history:
        if entry.cut is not None:
            burned = -(-entry.cut.taken * parameters.burn_bps // _BPS)
            if entry.cut.taken > terms.silence_penalty or entry.cut.burned != burned:
                raise AuditDiffers(
                    f"review of turn {entry.cut.turn}: {entry.cut.validator} lost {entry.cut.taken}, of which "
                    f"{entry.cut.burned} were burned; the rules say at most {terms.silence_penalty} and {burned}"
                )
            bonus += entry.cut.taken - burned
            continue
        review = ledger.reviews[entry.turn]
        judges = [one for place, one in enumerate(review.judges()) if review.honest_mask >> place & 1]
        if not judges:
            continue
        # What later rounds need stays: a round that is reviewed again pays its judges once.
        kept = (parameters.rounds - review.round) * terms.committee * terms.reward
        reward, share = min(terms.reward, max(0, unspent - kept) // len(judges)), bonus // len(judges)
        for judge in judges:
            earned[judge] += reward + share
        unspent -= reward * len(judges)
        bonus -= share * len(judges)
    left = ledger.refunded[0] if ledger.refunded is not None else watch.contract.escrow(board.address)[0]
    if left != unspent:
        raise AuditDiffers(f"the board's escrow: {left} is left or was refunded, its rewards leave {unspent}")
    return earned
