"""Rewards and slashes of an encrypted task checked: what the rules give, against the contracts' ledgers."""

from __future__ import annotations

from collections import defaultdict

from fl_client.chain.contracts import NOBODY, Evidence, Role
from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.errors import AuditDiffers
from fl_client.rounds.encrypted_record import EncryptedSlash, Outcome
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.types import Address

_BPS = 10_000
_MAX_BOUNTY_BPS = 2_000


def earned_by_work(watch: EncryptedWatch) -> dict[Address, int]:
    """What the escrow paid to every account by the rules, in 1e-18 coin, from the task's events alone."""
    parameters, ledger = watch.contract.parameters, watch.ledger
    earned: dict[Address, int] = defaultdict(int)
    for turn in ledger.turns.values():
        if turn.fixed is None or turn.sum is None:
            continue
        for submission in turn.summed:
            earned[submission.account] += parameters.update_reward
        for place in turn.attested_by:
            earned[turn.places[place]] += parameters.attest_reward
        earned[turn.sum.account] += parameters.sum_reward
        for place in turn.paid:
            earned[turn.places[place]] += parameters.share_reward
        if turn.final and turn.result is not None:
            earned[turn.result.account] += parameters.result_reward
    return earned


def check_money(watch: EncryptedWatch, *, alone: bool) -> None:
    """Compare with the pool's ledger.

    Args:
        watch: the task.
        alone: whether it is the only task of its deployment; otherwise accounts may have earned more elsewhere.

    Raises:
        AuditDiffers: an account was credited another amount, or the escrow is another.
    """
    ledger, contract = watch.ledger, watch.contract
    _check_bonus(watch)
    earned = earned_by_work(watch)
    unspent = contract.parameters.budget - sum(earned.values())
    left = ledger.refunded[0] if ledger.refunded is not None else contract.escrow(contract.address)[0]
    if left != unspent:
        raise AuditDiffers(f"escrow: {left} is left or was refunded, budget less rewards is {unspent}")
    for number, share in ledger.bonus_shares.items():
        for submission in ledger.turns[number].summed:
            earned[submission.account] += share
    for slash in ledger.slashes:
        if slash.bounty:
            earned[slash.beneficiary] += slash.bounty
    for account, expected in sorted(earned.items()):
        _, lifetime = contract.earnings(account)
        if lifetime != expected if alone else lifetime < expected:
            raise AuditDiffers(
                f"rewards: {account} was credited {lifetime}, its updates, attestations, sums, shares, results and "
                f"bounties give {expected}"
            )


def _check_bonus(watch: EncryptedWatch) -> None:
    """What slashes left for the honest went to the accepted updates of the next sum that stood."""
    ledger = watch.ledger
    shared, seen, bonus = {}, 0, 0
    for turn in ledger.turns.values():
        if turn.fixed is None:
            continue
        for slash in ledger.slashes[seen : turn.slashes_before]:
            if slash.evidence != Evidence.LOST_DISPUTE:
                bonus += slash.taken - slash.burned - slash.bounty
        seen = turn.slashes_before
        count = turn.accepted.bit_count()
        if share := bonus // count:
            shared[turn.number] = share
            bonus -= share * count
    if shared != ledger.bonus_shares:
        raise AuditDiffers(
            f"rewards: slashed coins were shared as {ledger.bonus_shares} (turn: to each accepted update), the "
            f"slashes give {shared}"
        )


def check_encrypted_slash(watch: EncryptedWatch, slash: EncryptedSlash) -> None:
    """A slash stands on what happened, and was split by the rules.

    Raises:
        AuditDiffers: it does not, or was not.
    """
    parameters = watch.contract.parameters
    where = f"slash of {slash.account} in turn {slash.turn}"
    if slash.evidence == Evidence.LOST_DISPUTE:
        _check_bond(watch, slash, where)
        return
    penalties: dict[int, int] = {
        Evidence.NO_SUBMISSION: parameters.submit_penalty,
        Evidence.NO_SHARES: parameters.share_penalty,
        Evidence.WRONG_STATEMENT: parameters.wrong_penalty,
    }
    penalty = penalties.get(slash.evidence)
    if penalty is None or slash.taken > penalty or slash.role != Role.TRAINER:
        raise AuditDiffers(f"{where}: {slash.taken} was taken on evidence {slash.evidence}")
    burned = -(-slash.taken * parameters.burn_bps // _BPS)
    most = min(parameters.bounty, slash.taken * _MAX_BOUNTY_BPS // _BPS, slash.taken - burned)
    bounty = 0 if slash.beneficiary == NOBODY else most
    if (slash.burned, slash.bounty) != (burned, bounty):
        raise AuditDiffers(
            f"{where}: {slash.burned} burned and {slash.bounty} paid as bounty, the rules say {burned} and {bounty}"
        )
    if not _happened(watch, slash):
        raise AuditDiffers(f"{where}: nothing of the kind happened in that turn")


def _check_bond(watch: EncryptedWatch, slash: EncryptedSlash, where: str) -> None:
    """A bond is lost to a chunk that was shown, and split into answer fee and burn."""
    fee = watch.contract.parameters.answer_fee
    shown = any(
        (one.asker, one.bond, one.answerer) == (slash.account, slash.taken, slash.beneficiary)
        for one in watch.ledger.turns[slash.turn].questions
        if one.outcome is Outcome.SHOWN
    )
    if not shown or slash.burned + slash.bounty != slash.taken or slash.bounty > fee:
        raise AuditDiffers(f"{where}: a bond was not lost to an answer, or not split by the rules")


def _happened(watch: EncryptedWatch, slash: EncryptedSlash) -> bool:
    turn = watch.ledger.turns[slash.turn]
    place = turn.place_of(slash.account)
    if place is None:
        return False
    if slash.evidence == Evidence.WRONG_STATEMENT:
        return any(
            one.accused == slash.account and one.outcome is Outcome.STRUCK and one.taken == slash.taken
            for one in turn.questions
        )
    late = [one for one in watch.ledger.lateness if (one.turn, one.account) == (turn.number, slash.account)]
    if slash.evidence == Evidence.NO_SUBMISSION:
        return place not in turn.submissions and any(one.phase is EncryptedPhase.SUBMIT for one in late)
    return any(one.phase is EncryptedPhase.SHARE and one.taken == slash.taken for one in late)
