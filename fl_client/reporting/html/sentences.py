"""Slashes of plain tasks in words for a reader who knows nothing of the protocol."""

from __future__ import annotations

import math
from typing import Any

from fl_client.reporting.words import count, duration, sentence, the


def plain_sentence(slash: dict[str, Any]) -> str:
    """What an account that was slashed in a plain task did, and how it is known; plain text."""
    given, who, shown_by = slash["facts"], the(slash["who"]), the(slash["shown_by"])
    if slash["evidence"] == "no-reveal":
        said = _no_reveal(given, who, shown_by)
    elif slash["evidence"] == "copied-commitment":
        said = _copied(given, who, shown_by)
    elif slash["evidence"] == "wrong-norm" and "chunk" not in given:
        said = f"{who} was proved to lie about the size of its update, in a call that another contract passed on."
    elif slash["evidence"] == "wrong-norm":
        said = _wrong_norm(given, who, shown_by)
    elif slash["evidence"] == "hidden-bytes":
        said = _hidden_bytes(given, who, shown_by)
    elif "coordinate" in given:
        said = _wrong_model(given, who, shown_by)
    elif "model_chunk" in given:
        said = _no_chunk(given, who, shown_by)
    elif "table_bytes" in given:
        said = _missing_table(given, who, shown_by)
    elif "pair" in given:
        said = _wrong_distance(given, who, shown_by)
    elif slash["evidence"] == "wrong-aggregate":
        said = f"{who} was proved to have proposed a wrong model, in a call that another contract passed on."
    elif "denied" in given:
        said = _unanswered_distance(given, who)
    elif slash["evidence"] == "no-answer":
        said = (
            f"{who} proposed a model that was challenged, and let a step of the dispute pass without an answer. "
            "Who does not open a challenged model loses the dispute, and the model is rejected."
        )
    else:
        said = (
            f"{who} challenged a proposed model and did not pursue the dispute in time. The proposal stands, and the "
            "bond of the challenge is lost."
        )
    return said


def _hidden_bytes(given: dict[str, Any], who: str, shown_by: str) -> str:
    return (
        f"{who} vouched for the update of {the(given['author'])} in round {given['round']}, that is, said that it had "
        f"its bytes. Asked for a part of them (chunk {given['chunk']:,}), it showed nothing by the deadline, and lost "
        f"the reward for vouching; {shown_by} pointed it out."
    )


def _no_reveal(given: dict[str, Any], who: str, shown_by: str) -> str:
    ended = given["reveal_ended_at"]
    waited = (
        "" if ended is None else f" The reveal phase ended {duration(ended - given['committed_at'])} later."
    )
    return (
        f"{who} bound itself to an update in round {given['round']} and never showed it.{waited} The deadline and the "
        f"contract's own record are the evidence; {shown_by} pointed it out."
    )


def _copied(given: dict[str, Any], who: str, shown_by: str) -> str:
    later = duration(given["committed_at"] - given["copied_committed_at"])
    author = given["copied_from"]
    tried = (
        f"It tried to reveal the update of {author} as its own, and the contract refused ({given['refused_with']}), "
        "because a commitment contains the address of its author."
        if given["refused_with"]
        else "A commitment contains the address of its author, so nobody else can ever open it."
    )
    return (
        f"{who} put the same commitment on chain that {author} had put there {later} before, to pass off its work "
        f"in round {given['round']} as its own. {tried} So nothing was revealed by the deadline; "
        f"{shown_by} pointed it out."
    )


def _wrong_norm(given: dict[str, Any], who: str, shown_by: str) -> str:
    times = given["computed_sum"] / given["claimed_sum"] if given["claimed_sum"] else math.inf
    much = f", {times:,.0f} times as much" if 10 <= times < math.inf else ""
    too_big = given["true_total"] is not None and given["true_total"] > given["bound"]
    end = (
        "so the update did not enter the model"
        if given["kept_out"]
        else "but only after the round's updates had been fixed"
    )
    return (
        f"{who} claimed that its update of round {given['round']} is smaller than it is"
        f"{', to get past the limit on its size' if too_big else ''}. For coordinates {given['first_coordinate']:,} to "
        f"{given['last_coordinate']:,} it claimed a sum of squares of {given['claimed_sum']:,}; the contract computed "
        f"{given['computed_sum']:,} from the numbers that it had revealed itself{much}. The evidence came from "
        f"{shown_by}, {end}."
    )


def _wrong_model(given: dict[str, Any], who: str, shown_by: str) -> str:
    updates = count(len(given["updates"]), "accepted update")
    return (
        f"{who} proposed a model for round {given['round']} that the {updates} do not give. For coordinate "
        f"{given['coordinate']:,} of {given['dimension']:,} it claimed {given['claimed']:,}; the contract combined the "
        f"{updates} itself (rule: {given['rule']}) and computed {given['computed']:,}. The evidence came from "
        f"{shown_by}. {_instead(given)}"
    )


def _no_chunk(given: dict[str, Any], who: str, shown_by: str) -> str:
    where = f"coordinates {given['first_coordinate']:,} to {given['last_coordinate']:,}"
    what = (
        f"It holds numbers at {where} that no model can have"
        if given["claimed_sum"] == given["computed_sum"]
        else f"For {where} its tree claims a sum of squares of {given['claimed_sum']:,} where the contract computed "
        f"{given['computed_sum']:,}"
    )
    return (
        f"{who} proposed something for round {given['round']} that is no model at all. {what}. The evidence came from "
        f"{shown_by}. {_instead(given)}"
    )


def _instead(given: dict[str, Any]) -> str:
    if given["replaced_by"]:
        return (
            f"The model of {the(given['replaced_by'])} took its place, so the wrong one never became final."
        )
    return "The proposal was rejected, so the wrong model never became final."


def _missing_table(given: dict[str, Any], who: str, shown_by: str) -> str:
    what = (
        "the table of distances that it posted before has the wrong length"
        if given["table_bytes"]
        else "it had posted no table of the distances between the updates"
    )
    return (
        f"{who} proposed a model for round {given['round']}, and {what}. Without it nobody could show that the model "
        f"is wrong, so a proposal without it is. {sentence(shown_by)} pointed it out, and the proposal was rejected."
    )


def _wrong_distance(given: dict[str, Any], who: str, shown_by: str) -> str:
    one, other = (the(name) if name != "owner" else "the owner" for name in given["pair"])
    return (
        f"{who} posted a wrong distance between the updates of {one} and {other} in round {given['round']}: over the "
        f"64 coordinates of chunk {given['entry_chunk']:,} it stood for {given['claimed_distance']:,}; the contract "
        f"computed {given['computed_distance']:,} from the two updates. The evidence came from {shown_by}, and the "
        "proposal was rejected."
    )


def _unanswered_distance(given: dict[str, Any], who: str) -> str:
    one, other = (the(name) for name in given["denied"])
    return (
        f"{who} proposed a model for round {given['round']}. The distance between the updates of {one} and {other} "
        f"that it had posted, {given['claimed_distance']:,}, was challenged, and it let a step of the dispute pass "
        "without an answer. Nothing was proved wrong: who does not answer for its table loses the dispute, and the "
        "proposal is rejected."
    )
