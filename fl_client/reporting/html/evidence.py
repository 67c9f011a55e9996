"""Why somebody was slashed, in words for a reader who knows nothing of the protocol, and in numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from fl_client.reporting.html.encrypted_evidence import encrypted_numbers, encrypted_sentence
from fl_client.reporting.html.sentences import plain_sentence
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
    when,
)
from fl_client.reporting.words import coins, count, moment, sentence, the

_NAMES = {
    "no-reveal": "an update that was promised and never shown",
    "copied-commitment": "a commitment copied from somebody else",
    "wrong-norm": "an update that lies about its own size",
    "wrong-aggregate": "a model that the updates do not give",
    "no-answer": "a dispute that was left unanswered",
    "lost-dispute": "a challenge that was not pursued",
    "hidden-bytes": "an update that was vouched for and not shown",
    "late-update": "an update that did not come in time",
    "late-shares": "shares that did not come in time",
    "wrong-statement": "a statement that could not be shown right",
    "lost-question": "a question that was answered",
}


def evidence_sentence(slash: dict[str, Any]) -> str:
    """What a slashed account did, and how it is known; plain text."""
    told = encrypted_sentence if "turn" in slash["facts"] else plain_sentence
    return sentence(told(slash))


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
        f"{coins(burned)} burned, {coins(bounty)} paid to whoever brought the evidence, {coins(shared)} shared by "
        "those whose updates were accepted next."
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
    if "turn" in given:
        yield from encrypted_numbers(given)
    if "digest" in given:
        yield "commitment", code(given["digest"])
        yield "committed", when(given["committed_at"], given["committed_in"])
        if "copied_from" in given:
            who = f"committed first, by {given['copied_from']}"
            yield who, when(given["copied_committed_at"], given["copied_committed_in"])
        if given["reveal_ended_at"] is not None:
            yield "reveal phase ended", moment(given["reveal_ended_at"])
    if "claimed_total" in given:
        yield from _norm_numbers(given)
    if "model_chunk" in given:
        yield from _sums(given)
    if "coordinate" in given:
        yield from _model_numbers(given)
    if given.get("steps"):
        yield "dispute", join((_step(one) for one in given["steps"]), "<br>")
    yield "slashed", when(slash["time"], slash["transaction"])


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
        where["shared"] = f"shared by those accepted in round {slash['shared_in']}"
    taken = slash["amount"] or 1
    parts = [(kind, 100 * slash[kind] / taken, f"{coins(slash[kind])} {where[kind]}") for kind in where]
    label = f"{coins(slash['amount'])} coins taken: " + ", ".join(hint for _, _, hint in parts)
    shown = [(kind, hint) for kind, share, hint in parts if share]
    taken_words = tag("p", join([tag("b", f"{coins(slash['amount'])} coins"), " taken from the stake:"]))
    return tag("div", join([taken_words, stacked(parts, label=label), legend(shown)]), class_="split")


def _value(value: int, bits: int) -> str:
    return f"{value / 2**bits:.6f}"


def _length(squares: int, bits: int) -> str:
    """A sum of squares of lattice units as a length in the model's own units."""
    return f"{math.sqrt(squares) / 2**bits:,.3f}"
