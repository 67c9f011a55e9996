"""Why somebody was slashed, in words for a reader who knows nothing of the protocol, and in numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from fl_client.reporting.html.tables import (
    Html,
    code,
    columns,
    facts,
    fold,
    join,
    legend,
    stacked,
    table,
    tag,
)
from fl_client.reporting.words import coins, count, duration, moment, sentence, the

_NAMES = {
    "no-reveal": "an update that was promised and never shown",
    "copied-commitment": "a commitment copied from somebody else",
    "wrong-norm": "an update that lies about its own size",
    "wrong-aggregate": "a model that the updates do not give",
    "no-answer": "a dispute that was left unanswered",
    "lost-dispute": "a challenge that was not pursued",
    "hidden-bytes": "an update that was vouched for and not shown",
}


def evidence_sentence(slash: dict[str, Any]) -> str:
    """What a slashed account did, and how it is known; plain text."""
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
    return sentence(said)


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


# ---------------------------------------------------------------------- the section


def slash_section(summary: dict[str, Any]) -> Html:
    """All slashes, one case each."""
    slashes = summary["slashes"]
    if not slashes:
        return tag("p", "Nobody was slashed: no evidence of any fault was brought.")
    lost = sum(one["amount"] for one in slashes)
    burned = sum(one["burned"] for one in slashes)
    bounty = sum(one["bounty"] for one in slashes)
    shared = sum(one["shared"] for one in slashes)
    intro = (
        f"A stake is cut only on evidence that a contract checks by itself. In all {coins(lost)} coins were taken: "
        f"{coins(burned)} burned, {coins(bounty)} paid to whoever brought the evidence, {coins(shared)} shared by the "
        "trainers whose updates were accepted next."
    )
    return join([tag("p", intro), *(_case(number, one) for number, one in enumerate(slashes, start=1))])


def _case(number: int, slash: dict[str, Any]) -> Html:
    name = _NAMES.get(slash["evidence"], slash["evidence"])
    if "pair" in slash["facts"] or "table_bytes" in slash["facts"]:
        name = "a model without true distances behind it"
    heading = f"{number}. Round {slash['round']}, {the(slash['who'])}: {name}"
    return tag(
        "div",
        join(
            [
                tag("h3", heading),
                tag("p", evidence_sentence(slash)),
                facts(_numbers(slash)),
                _updates(slash["facts"], number),
                _split(slash),
            ]
        ),
        class_="case",
    )


def _numbers(slash: dict[str, Any]) -> Iterator[tuple[str, object]]:
    given = slash["facts"]
    yield "evidence", f"{slash['evidence']}, shown with {slash['call']} by {the(slash['shown_by'])}"
    if "digest" in given:
        yield "commitment", code(given["digest"])
        yield "committed", _when(given["committed_at"], given["committed_in"])
        if "copied_from" in given:
            who = f"committed first, by {given['copied_from']}"
            yield who, _when(given["copied_committed_at"], given["copied_committed_in"])
        if given["reveal_ended_at"] is not None:
            yield "reveal phase ended", moment(given["reveal_ended_at"])
    if "chunk" in given:
        yield from _norm_numbers(given)
    if "model_chunk" in given:
        yield from _sums(given)
    if "coordinate" in given:
        yield from _model_numbers(given)
    if given.get("steps"):
        yield "dispute", join((_step(one) for one in given["steps"]), "<br>")
    yield "slashed", _when(slash["time"], slash["transaction"])


def _sums(given: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """The sums of squares over the 64 coordinates of a chunk."""
    bits = given["fraction_bits"]
    span = f"coordinates {given['first_coordinate']:,} to {given['last_coordinate']:,}"
    for kind in ("claimed", "computed"):
        total = given[f"{kind}_sum"]
        yield f"{kind}, {span}", f"{total:,}, a length of {_length(total, bits)}"


def _norm_numbers(given: dict[str, Any]) -> Iterator[tuple[str, object]]:
    bits = given["fraction_bits"]
    yield from _sums(given)
    yield (
        "claimed, whole update",
        f"{given['claimed_total']:,}, a length of {_length(given['claimed_total'], bits)}",
    )
    if given["true_total"] is not None:
        yield (
            "true, whole update",
            f"{given['true_total']:,}, a length of {_length(given['true_total'], bits)}",
        )
    yield "greatest allowed", f"{given['bound']:,}, a length of {_length(given['bound'], bits)}"
    yield "revealed in", code(given["revealed_in"])


def _model_numbers(given: dict[str, Any]) -> Iterator[tuple[str, object]]:
    bits = given["fraction_bits"]
    yield "claimed", f"{given['claimed']:,}, as a weight of the model {_value(given['claimed'], bits)}"
    yield "computed", f"{given['computed']:,}, as a weight of the model {_value(given['computed'], bits)}"
    yield "before the round", f"{given['base']:,}, as a weight of the model {_value(given['base'], bits)}"


def _updates(given: dict[str, Any], number: int) -> Html:
    """What the accepted updates say about the disputed coordinate."""
    if "updates" not in given:
        return Html()
    rows = [
        (one["who"], f"{one['weight']:,}", f"{one['value']:,}", _value(one["value"], given["fraction_bits"]))
        for one in given["updates"]
    ]
    heads = columns("update of", "weight", "change of the coordinate", "as a weight", weight="n",
                    change_of_the_coordinate="n", as_a_weight="n")  # fmt: skip
    title = f"What the {count(len(rows), 'accepted update')} say about coordinate {given['coordinate']:,}"
    return fold(title, table(heads, rows, caption=title), key=f"case-{number}-updates")


def _step(step: dict[str, str]) -> Html:
    words = {
        "DisputeOpened": "challenged",
        "NodesOpened": "tree opened",
        "NodePicked": "difference followed",
        "ChunkOpened": "64 numbers opened",
        "TableDisputeOpened": "distance challenged",
        "SumsOpened": "distance split",
        "SumPicked": "difference followed",
    }
    return join([words.get(step["step"], step["step"]) + " in ", code(step["transaction"])])


def _split(slash: dict[str, Any]) -> Html:
    """How the coins of a slash were split."""
    where = {"burned": "burned"}
    who = slash["beneficiary"] or slash["shown_by"]
    where["bounty"] = f"to {the(who)}" if slash["bounty"] else "bounty"
    if not slash["shared"]:
        where["shared"] = "shared"
    elif slash["shared_in"] is None:
        where["shared"] = "left for the honest, burned at the end for want of a further round"
    else:
        where["shared"] = f"shared by the accepted trainers of round {slash['shared_in']}"
    taken = slash["amount"] or 1
    parts = [(kind, 100 * slash[kind] / taken, f"{coins(slash[kind])} {where[kind]}") for kind in where]
    label = f"{coins(slash['amount'])} coins taken: " + ", ".join(hint for _, _, hint in parts)
    shown = [(kind, hint) for kind, share, hint in parts if share]
    taken_words = tag("p", join([tag("b", f"{coins(slash['amount'])} coins"), " taken from the stake:"]))
    return tag("div", join([taken_words, stacked(parts, label=label), legend(shown)]), class_="split")


def _when(stamp: int, transaction: str) -> Html:
    return join([f"{moment(stamp)}, in ", code(transaction)])


def _value(value: int, bits: int) -> str:
    return f"{value / 2**bits:.6f}"


def _length(squares: int, bits: int) -> str:
    """A sum of squares of lattice units as a length in the model's own units."""
    return f"{math.sqrt(squares) / 2**bits:,.3f}"
