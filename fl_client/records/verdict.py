"""Why an update was counted, or was not: one reason a round, from the events of its task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fl_client.chain.contracts import Evidence, Role
from fl_client.chain.events import Event
from fl_client.records.facts import evidence_name, slash_name
from fl_client.records.roster import is_drawn
from fl_client.records.story import RoundStory
from fl_client.review import UNAVAILABLE, ZERO_SCORE
from fl_client.rounds import Reveal

_WORTH: Final = 10_000
_BPS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What became of an update.

    Attributes:
        verdict: in one word for programs, e.g. ``outvoted``.
        counted: whether it is among the accepted updates.
        why: in one sentence for people.
    """

    verdict: str
    counted: bool
    why: str


def judge(story: RoundStory) -> Judgement:
    """The one reason for what became of a trainer's update."""
    if story.reveal is not None:
        return _of_revealed(story, story.reveal)
    if story.commits:
        return _of_silent(story)
    return _of_absent(story)


# ---------------------------------------------------------------------- nothing was revealed


def _not(verdict: str, why: str) -> Judgement:
    return Judgement(verdict=verdict, counted=False, why=why)


def _of_absent(story: RoundStory) -> Judgement:
    turns = [one.args["turn"] for one in story.named("TurnOpened") if one.args["round"] == story.number]
    came = [one.args["turn"] for one in story.named("TrainerJoined") if one.args["trainer"] == story.trainer]
    if not came:
        return _not("no-member", "It was no trainer of the task by the end of this round.")
    standing = _standing(story, turns[-1])
    if came[-1] >= turns[-1] and (len(came) == 1 or standing):
        return _not("joined-late", f"It joined in turn {came[-1]}, and may commit from the next one on.")
    if standing:
        return standing
    if not _may_be_drawn(story, turns):
        return _not("not-drawn", f"It was not drawn in turn {_listed(turns)}.")
    if not story.is_past and story.record.accepted_mask is None:
        return _not("open", "It has not committed yet, and the round is open.")
    late = [one for one in story.late if one.call == "commitUpdate"]
    if late:
        return _not(
            "late",
            f"It never committed: its call of block {late[-1].block} was refused, because the commit phase was over "
            "or the call was for another turn.",
        )
    return _not("never-committed", f"It never committed to an update in turn {_listed(turns)}.")


def _standing(story: RoundStory, last: int) -> Judgement | None:
    """Whether it had left, or stood suspended, when the round opened, and had not come back before its last turn."""
    barred: Event | None = None
    for event in story.events:
        if event.args.get("account" if event.name == "MemberLeft" else "trainer") != story.trainer:
            continue
        early = event.place < story.begins
        # Whoever comes back in an attempt may commit from the next one on.
        if event.name in ("TrainerJoined", "TrainerRestored") and (early or event.args["turn"] < last):
            barred = None
        if event.name == "MemberLeft" and event.args["role"] == Role.TRAINER and early:
            barred = event
        if event.name == "TrainerSuspended" and early:
            barred = barred or event
    if barred is None:
        return None
    if barred.name == "MemberLeft":
        return _not("left", f"It had left the task in block {barred.block}.")
    why = evidence_name(barred.args["evidence"])
    slashed = f"It had been slashed in block {barred.block} ({why})"
    return _not("suspended", f"{slashed} and had not filled its stake up again.")


def _may_be_drawn(story: RoundStory, turns: Sequence[int]) -> bool:
    fraction = story.watch.contract.parameters.fraction_bps
    seeds = {one.args["turn"]: bytes(one.args["seed"]) for one in story.named("TurnSeeded")}
    return fraction >= _BPS or any(
        turn not in seeds or is_drawn(seeds[turn], turn, story.trainer, fraction) for turn in turns
    )


def _of_silent(story: RoundStory) -> Judgement:
    commit = story.commits[-1]
    if commit.turn == story.watch.ledger.turn and not story.is_past and not story.slashes():
        return _not("open", "It has committed and not revealed, and its turn is not over.")
    what = f"It committed in turn {commit.turn} and did not reveal"
    late = [one for one in story.late if one.call == "revealUpdate"]
    refused = [one for one in story.refused if one.call == "revealUpdate"]
    if commit.copied_from is not None:
        what = (
            f"It copied the commitment of {commit.copied_from} in turn {commit.turn}, which it cannot reveal"
        )
    elif late:
        what = f"{what} in time: its call of block {late[-1].block} was refused"
    elif refused:
        what = f"{what}: its call of block {refused[-1].block} was refused"
    verdict = "copied" if commit.copied_from is not None else "late" if late else "not-revealed"
    return _not(verdict, f"{what}{_price(story)}.")


def _price(story: RoundStory) -> str:
    cuts = story.slashes()
    if not cuts:
        return "; nobody has settled that yet" if not story.is_past else ""
    slash, event = cuts[-1]
    return f"; {slash.taken / 10**18:g} coins were taken for it in block {event.block}"


# ---------------------------------------------------------------------- something was revealed


def _of_revealed(story: RoundStory, reveal: Reveal) -> Judgement:
    record = story.record
    if record.accepted_mask is None:
        return _of_unfrozen(story, reveal)
    if record.accepts(reveal.index):
        return _of_accepted(story)
    return _of_dropped(story, reveal) or _of_votes(story, reveal) or _of_scores(story, reveal)


def _of_accepted(story: RoundStory) -> Judgement:
    record = story.record
    after = _price(story) if story.slashes() else ""
    replaced = [one for one in record.proposals if one.evidence is not None]
    if replaced and record.standing is not None:
        many = f"{len(replaced)} proposed models were" if len(replaced) > 1 else "A proposed model was"
        after = f"{after}. {many} rejected on evidence; it is counted in the one that replaced it"
    if record.finalized:
        return Judgement(
            verdict="counted", counted=True, why=f"It is one of the accepted updates of a final round{after}."
        )
    if story.watch.ledger.ended is not None:
        return Judgement(
            verdict="no-model",
            counted=True,
            why=f"It was accepted and is paid; the task ended before the round had a final model{after}.",
        )
    return Judgement(
        verdict="accepted", counted=True, why=f"It is accepted; the round's model is not final yet{after}."
    )


def _of_unfrozen(story: RoundStory, reveal: Reveal) -> Judgement:
    dropped = _of_dropped(story, reveal)
    if dropped is not None:
        return dropped
    if not story.is_past:
        return _not("open", "It is revealed, and the round's accepted updates are not fixed yet.")
    voids = sum(1 for one in story.named("RoundVoided") if one.args["round"] == story.number)
    parameters = story.watch.contract.parameters
    return _not(
        "voided",
        f"The round was given up after {voids} attempts: none had {parameters.quorum} accepted updates, and the task "
        "ended.",
    )


def _proved(story: RoundStory) -> str:
    cut = next((one for one in story.slashes() if one[0].evidence == Evidence.WRONG_NORM), None)
    if cut is None:
        return ""
    return f"; that its tree lies was proved in transaction 0x{cut[1].transaction_hash.hex()}{_price(story)}"


def _of_dropped(story: RoundStory, reveal: Reveal) -> Judgement | None:
    if reveal.index not in story.record.dropped:
        return None
    cut = next((one for one in story.slashes() if one[0].evidence == Evidence.WRONG_NORM), None)
    if cut is None:
        return _not("slashed", "Its trainer was slashed for another deed before the set was fixed.")
    slash, event = cut
    return _not(
        "slashed",
        f"It was proved to lie about its length ({slash_name(slash)}) in transaction "
        f"0x{event.transaction_hash.hex()}: {slash.taken / 10**18:g} coins were taken, and it dropped out.",
    )


def _of_votes(story: RoundStory, reveal: Reveal) -> Judgement | None:
    """Whether the attestations left it out, in the turn whose set was fixed."""
    record, review = story.record, story.review
    counted = record.accepted_mask if review is None else review.accepted_mask
    if counted is not None and counted >> reveal.index & 1:
        return None
    dropped = record.dropped if review is None else review.dropped
    present = [one for one in record.reveals if one.index not in dropped]
    same = [
        one
        for one in record.reveals
        if one.index < reveal.index and (one.root_hash, one.root_sum) == (reveal.root_hash, reveal.root_sum)
    ]
    if record.attempt and same:
        return _not(
            "repeated",
            f"{same[0].trainer} had revealed the same update before: only the first of an earlier attempt counts.",
        )
    votes = sum(
        bitmap >> reveal.index & 1
        for one in present
        for turn, bitmap in [record.attestations.get(one.trainer, (0, 0))]
        if turn == record.frozen_turn
    )
    return _not(
        "outvoted",
        f"{votes} of the {len(present)} who may attest vouched for it, more than {len(present) // 2} have to: its "
        f"bytes could not be fetched, or were not what it had committed to{_proved(story)}.",
    )


def _of_scores(story: RoundStory, reveal: Reveal) -> Judgement:
    review, board = story.review, story.watch.contract.board
    if review is None or board is None or not review.medians:
        return _not("left-out", "The set was fixed without it, for no reason that the events show.")
    median, floor = review.medians[reveal.index], board.terms.floor
    if median == UNAVAILABLE:
        return _not("unscored", "No majority of its judges could fetch it: the review gave it no score.")
    return _not(
        "rejected",
        f"Its judges' median score is {median} (worth {(median - ZERO_SCORE) / _WORTH:+.4f}), an accepted update needs "
        f"{floor} ({(floor - ZERO_SCORE) / _WORTH:+.4f}).",
    )


def _listed(turns: Sequence[int]) -> str:
    return ", ".join(map(str, turns))
