"""Why an encrypted update was counted, or was not: one reason a turn, from the events of its task."""

from __future__ import annotations

from fl_client.chain.contracts.encrypted import EncryptedPhase, StatementKind
from fl_client.records.verdict import Judgement
from fl_client.rounds.encrypted import EncryptedLedger
from fl_client.rounds.encrypted_record import EncryptedTurn, Outcome, Submission
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.types import Address

_COIN = 10**18


def judge_update(watch: EncryptedWatch, turn: EncryptedTurn, account: Address) -> Judgement:
    """The one reason for what became of a party's update in a turn; ``watch`` is not asked for anything new."""
    ledger, place = watch.ledger, turn.place_of(account)
    if place is None:
        return _of_stranger(ledger, turn, account)
    submission = turn.submissions.get(place)
    if submission is None:
        return _of_absent(ledger, turn, account)
    if place in turn.struck:
        return _of_struck(turn, account)
    if turn.frozen is None:
        return _of_unfrozen(watch, turn)
    if not turn.frozen >> place & 1:
        return _of_outvoted(watch, turn, submission)
    return _of_accepted(ledger, turn, watch.contract.parameters.groups)


def votes_for(turn: EncryptedTurn, place: int) -> int:
    """How many submitters vouched for the update of a place."""
    return sum(bitmap >> place & 1 for bitmap in turn.attestations.values())


def votes_needed(watch: EncryptedWatch, turn: EncryptedTurn) -> int:
    """More than half of the submitters, and as many as open a sum (``EncryptedRounds._accept``)."""
    return max(len(turn.submissions) // 2 + 1, watch.contract.parameters.threshold)


def _not(verdict: str, why: str) -> Judgement:
    return Judgement(verdict=verdict, counted=False, why=why)


def _of_stranger(ledger: EncryptedLedger, turn: EncryptedTurn, account: Address) -> Judgement:
    for ceremony in ledger.ceremonies.values():
        if account in ceremony.left_out and ceremony.number < turn.ceremony:
            why = "it rejected it" if ceremony.left_out[account] else "it did not confirm it in time"
            return _not("left-out", f"It is in no later key than number {ceremony.number}: {why}.")
    return _not("no-member", "It is no party of the key that this turn is encrypted with.")


def _of_absent(ledger: EncryptedLedger, turn: EncryptedTurn, account: Address) -> Judgement:
    late = [
        one
        for one in ledger.lateness
        if (one.turn, one.account, one.phase) == (turn.number, account, EncryptedPhase.SUBMIT)
    ]
    if late:
        return _not("late", f"It submitted nothing in time; {late[0].taken / _COIN:g} coins were taken.")
    if turn is ledger.turn and turn.frozen is None and not turn.void and ledger.ended is None:
        return _not("open", "It has submitted nothing yet, and the turn is not over.")
    return _not(
        "excused",
        "It submitted nothing and owed nothing: its stake was too small for it to act, or was made whole only then.",
    )


def _of_struck(turn: EncryptedTurn, account: Address) -> Judgement:
    found = next(
        one
        for one in turn.questions
        if one.kind is StatementKind.UPDATE and one.accused == account and one.outcome is Outcome.STRUCK
    )
    return _not(
        "struck",
        f"Its chunk {found.chunk} was asked for and not shown right in time: {found.taken / _COIN:g} coins were taken, "
        "and it left the set.",
    )


def _of_unfrozen(watch: EncryptedWatch, turn: EncryptedTurn) -> Judgement:
    ended = watch.ledger.ended is not None
    if not turn.void and not ended:
        return _not("open", "It is submitted, and the turn's set is not fixed yet.")
    least, came = watch.contract.parameters.least_summed, len(turn.submissions)
    what = f"{came} submitted" if came < least else f"of {came} submitted updates too few were vouched for"
    return _not(
        "voided", f"The turn failed: {what}, {least} are due in a sum. Nothing of it was ever decrypted."
    )


def _of_outvoted(watch: EncryptedWatch, turn: EncryptedTurn, submission: Submission) -> Judgement:
    votes, needed = votes_for(turn, submission.place), votes_needed(watch, turn)
    return _not(
        "outvoted",
        f"{votes} of the {len(turn.submissions)} submitters vouched for it, {needed} have to: its bytes could not be "
        "fetched, or a proof of it does not hold.",
    )


def _of_accepted(ledger: EncryptedLedger, turn: EncryptedTurn, groups: int) -> Judgement:
    def counted(verdict: str, why: str) -> Judgement:
        return Judgement(verdict=verdict, counted=True, why=why)

    if turn.final:
        if groups > 1:
            its = "It is in the sum of its group in a final round; the median of the groups' means moved the model."
            return counted("counted", its)
        return counted("counted", "It is in the sum of a final round.")
    if turn.void:
        return _not(
            "voided", "It was accepted, and the turn failed before its sum stood: nothing was decrypted."
        )
    if ledger.ended is not None:
        if turn.fixed is None:
            return _not("no-model", "It was accepted, and the task ended before its sum stood.")
        return counted(
            "no-model", "It is in a sum that stood, and is paid; the task ended before it was opened."
        )
    if turn.fixed is not None:
        return counted("summed", "It is in the sum that stands; the round's model is not final yet.")
    return counted("accepted", "It is accepted; the sum does not stand yet.")
