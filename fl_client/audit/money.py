"""Rewards and slashes checked: what the rules say that everybody earned and lost, against the contracts' ledgers."""

from __future__ import annotations

from collections import Counter, defaultdict

from fl_client.audit.review import check_board, shares_of
from fl_client.chain.contracts import ONE_COIN, Evidence, Question, Role
from fl_client.errors import AuditDiffers
from fl_client.rounds import Slash, TaskWatch
from fl_client.types import Address

_BPS = 10_000
_MAX_BOUNTY_BPS = 2_000


def expected_earnings(watch: TaskWatch) -> dict[Address, int]:
    """What every account has earned in a task by the rules, in 1e-18 coin, from its events alone."""
    parameters, ledger = watch.contract.parameters, watch.ledger
    earned: dict[Address, int] = defaultdict(int)
    for number, record in ledger.rounds.items():
        if record.accepted_mask is None:
            continue
        share, parts = ledger.bonus_shares.get(number, 0), shares_of(watch, record)
        for reveal in record.reveals:
            if record.accepts(reveal.index):
                part = parameters.update_reward * parts[reveal.index] // _BPS
                earned[reveal.trainer] += part + share
            if record.attested_mask >> reveal.index & 1:
                earned[reveal.trainer] += parameters.attest_reward
        standing = record.standing
        if standing is not None and _sealer_is_paid(watch, number):
            earned[standing.proposer] += parameters.seal_reward
    for slash in ledger.slashes:
        earned[slash.beneficiary] += slash.bounty
    return {account: amount for account, amount in earned.items() if amount}


def _sealer_is_paid(watch: TaskWatch, number: int) -> bool:
    """A final model's reward is booked when the next set is frozen, or the task ends."""
    record = watch.ledger.rounds[number]
    following = watch.ledger.rounds.get(number + 1)
    frozen = following is not None and following.accepted_mask is not None
    return record.finalized and (frozen or watch.ledger.ended is not None)


def check_earnings(watch: TaskWatch, *, alone: bool) -> None:
    """Compare with the pool's ledger.

    Args:
        watch: the task.
        alone: whether it is the only task of its deployment; otherwise accounts may have earned more elsewhere.

    Raises:
        AuditDiffers: an account was credited another amount.
    """
    if watch.ledger.bonus_shares != watch.ledger.expected_shares:
        raise AuditDiffers(
            f"rewards: slashed coins were shared as {watch.ledger.bonus_shares} (round: to each accepted update), "
            f"the slashes give {watch.ledger.expected_shares}"
        )
    all_earned = Counter(expected_earnings(watch))
    all_earned.update(check_board(watch))
    for account, expected in sorted(all_earned.items()):
        _, lifetime = watch.contract.earnings(account)
        if lifetime != expected if alone else lifetime < expected:
            raise AuditDiffers(
                f"rewards: {account} was credited {lifetime}, its updates, attestations, seals and bounties "
                f"give {expected}"
            )


def check_escrow(watch: TaskWatch) -> None:
    """What is left of the escrow, or was refunded, is the budget less the rewards.

    Raises:
        AuditDiffers: it is not.
    """
    ledger, parameters = watch.ledger, watch.contract.parameters
    bounties = sum(slash.bounty for slash in ledger.slashes)
    shared = sum(
        share * (ledger.rounds[number].accepted_mask or 0).bit_count()
        for number, share in ledger.bonus_shares.items()
    )
    spent = sum(expected_earnings(watch).values()) - bounties - shared
    unspent = parameters.budget - spent
    if ledger.refunded is not None:
        left = ledger.refunded[0]
    else:
        left, _ = watch.contract.escrow(watch.contract.address)
    if left != unspent:
        raise AuditDiffers(f"escrow: {left} is left or was refunded, budget less rewards is {unspent}")


def check_slash(watch: TaskWatch, slash: Slash) -> None:
    """A slash stands on its evidence, and was split by the rules.

    Raises:
        AuditDiffers: it does not, or was not.
    """
    parameters = watch.contract.parameters
    where = f"slash of {slash.account} booked in round {slash.round}"
    if slash.evidence == Evidence.LOST_DISPUTE:
        if slash.burned + slash.bounty != slash.taken or slash.bounty > parameters.answer_fee:
            raise AuditDiffers(f"{where}: a lost bond was not split into answer fee and burn")
        return
    penalties: dict[int, int] = {
        Evidence.NO_REVEAL: parameters.reveal_penalty,
        Evidence.WRONG_NORM: parameters.norm_penalty,
        Evidence.WRONG_AGGREGATE: parameters.seal_penalty,
        Evidence.NO_ANSWER: parameters.seal_penalty,
        Evidence.NOT_SHOWN: parameters.attest_reward,
    }
    penalty = penalties.get(slash.evidence)
    # Whoever proposed without a seat stands with its whole bond, which may have doubled.
    bonded = slash.role == Role.CHALLENGER and slash.evidence in (
        Evidence.WRONG_AGGREGATE,
        Evidence.NO_ANSWER,
    )
    if penalty is None or (slash.taken > penalty and not bonded):
        raise AuditDiffers(f"{where}: {slash.taken} was taken, the task's penalty is {penalty}")
    burned = -(-slash.taken * parameters.burn_bps // _BPS)
    most = min(parameters.bounty, slash.taken * _MAX_BOUNTY_BPS // _BPS, slash.taken - burned)
    if slash.burned != burned or slash.bounty not in (0, most):
        raise AuditDiffers(
            f"{where}: {slash.burned} burned and {slash.bounty} paid as bounty, the rules say {burned} and {most}"
        )
    if slash.evidence == Evidence.NOT_SHOWN and not _withheld(watch, slash):
        raise AuditDiffers(f"{where}: nobody asked this account in vain for bytes that it had vouched for")
    if slash.evidence == Evidence.NO_REVEAL and not _missed_reveal(watch, slash):
        raise AuditDiffers(f"{where}: no commitment of this account was left without a reveal")
    if slash.evidence in (Evidence.WRONG_AGGREGATE, Evidence.NO_ANSWER) and not _was_rejected(watch, slash):
        raise AuditDiffers(f"{where}: no proposal of this account was rejected in that round")


def check_questions(watch: TaskWatch) -> None:
    """Questions were asked of who had vouched, under the task's terms, and a round's reward was lost at most once.

    Raises:
        AuditDiffers: one was not.
    """
    parameters = watch.contract.parameters
    bond = max(parameters.attest_reward, ONE_COIN)
    fee = min(parameters.answer_fee, bond * _MAX_BOUNTY_BPS // _BPS)
    for one in watch.ledger.questions.asked:
        question = one.question
        where = f"question of {one.asker} to {question.attester} in round {question.round}"
        if one.bond != bond or one.fee != (fee if one.shown else 0):
            raise AuditDiffers(f"{where}: bond {one.bond} and fee {one.fee}, the rules say {bond} and {fee}")
        if not _had_vouched(watch, question):
            raise AuditDiffers(f"{where}: it had not vouched for that update")
    charged = Counter((one.question.attester, one.question.round) for one in watch.ledger.questions.charges)
    for (attester, number), count in charged.items():
        if count > 1:
            raise AuditDiffers(f"{attester} lost its reward of round {number} {count} times")


def _had_vouched(watch: TaskWatch, question: Question) -> bool:
    record = watch.ledger.rounds[question.round]
    turn, bitmap = record.attestations.get(question.attester, (0, 0))
    return turn == record.frozen_turn and any(
        bitmap >> reveal.index & 1 and watch.commitment_of(reveal) == question.commitment
        for reveal in record.reveals
    )


def _withheld(watch: TaskWatch, slash: Slash) -> bool:
    """Every such slash has a loss of its own, in the same order."""
    ledger = watch.ledger
    slashed = [one for one in ledger.slashes if one.evidence == Evidence.NOT_SHOWN]
    charged = [one.question.attester for one in ledger.questions.charges]
    return [one.account for one in slashed] == charged and slash.account in charged


def _missed_reveal(watch: TaskWatch, slash: Slash) -> bool:
    return any(
        record.unopened(slash.account)
        for record in watch.ledger.rounds.values()
        if record.number <= slash.round
    )


def _was_rejected(watch: TaskWatch, slash: Slash) -> bool:
    record = watch.ledger.rounds.get(slash.round)
    return record is not None and any(
        proposal.proposer == slash.account and proposal.evidence == slash.evidence
        for proposal in record.proposals
    )
