"""Sections that a run's report and a task's page share: learning, rounds, audit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fl_client.reporting.html.charts import line_chart
from fl_client.reporting.html.encrypted import is_encrypted
from fl_client.reporting.html.tables import Html, code, columns, join, table, tag, text
from fl_client.reporting.weights import HEADS, weight_rows
from fl_client.reporting.words import clock, count, score

_MOST_REASONS: Final = 10
_CHECKED_FIRST: Final = (
    "every block executed again from the first, with every signature",
    "the code of all contracts, and that they are connected as they should be",
)
_CHECKED: Final = (
    "every reveal against the commitment that its trainer had made before",
    "which updates were accepted, counted again from the attestations",
    "the bytes of every accepted update and model against what the chain has of them",
    "every final model, computed again from the accepted updates",
    "every slash against its evidence, and how its coins were split",
    "every reward of every account, and what was left of the budget",
)
_CHECKED_ENCRYPTED: Final = (
    "every key, as far as it can be checked without its dealer, and that all of its parties confirmed it",
    "the bytes of every update of a sum, and the proof of each of its ciphertexts",
    "which updates were accepted, counted again from the attestations",
    "every chunk that was shown and that the contract found right",
    "every sum, computed again from the accepted ciphertexts",
    "every opening of a sum, and the model that follows from it",
    "every slash against what happened, and how its coins were split",
    "every reward of every account, and what was left of the budget",
)


def _checked(summary: dict[str, Any]) -> tuple[str, ...]:
    return (*_CHECKED_FIRST, *(_CHECKED_ENCRYPTED if is_encrypted(summary) else _CHECKED))


def figures(shown: Sequence[tuple[object, str]]) -> Html:
    """The most important numbers: each with what it is."""
    cells = join(tag("div", join([tag("b", value), tag("span", name)])) for value, name in shown)
    return tag("div", cells, class_="figures")


def verdict_words(audit: dict[str, Any] | None) -> tuple[str, str]:
    """An audit's result in a word, and its class."""
    if audit is None:
        return "not finished", "dim"
    if audit["passed"]:
        return "agrees", "good"
    return ("differs", "bad") if audit["first_difference"] else ("cannot be checked", "warn")


def cheat_rounds(summary: dict[str, Any]) -> dict[int, list[str]]:
    """The rounds in which somebody cheated, with who it was and how."""
    found: dict[int, list[str]] = {}
    for one in summary["slashes"]:
        if one["evidence"] == "lost-question":  # a doubt that was wrong, not a fault
            continue
        number = one["facts"].get("round") or one["round"]
        found.setdefault(number, []).append(f"{one['who']} ({one['evidence']})")
    return dict(sorted(found.items()))


def learning_section(summary: dict[str, Any]) -> Html:
    """Accuracy and loss by round, or why there is none to show."""
    rounds = summary["rounds"]
    if not rounds and not summary.get("state", {"ended": True})["ended"]:
        return tag("p", "No round is final yet, so there is no model to measure.")
    if not rounds:
        return tag(
            "p", f"No round became final, so there is no new model: {_why_none(summary)}", class_="warn"
        )
    if all(one["accuracy"] is None for one in rounds):
        return _unmeasured(summary)
    numbers, cheats = [one["round"] for one in rounds], cheat_rounds(summary)
    charts = [
        line_chart(f"{name} on test data", numbers, [one[key] for one in rounds], marked=cheats)
        for name, key in ((summary["metric"].capitalize(), "accuracy"), ("Loss", "loss"))
    ]
    parts = [tag("div", join(charts), class_="charts")]
    if cheats:
        ring = (
            '<svg viewBox="0 0 10 10" aria-hidden="true"><circle class="mark" cx="5" cy="5" r="3.8"/></svg>'
        )
        what = "A fault" if is_encrypted(summary) else "A cheat"
        named = "; ".join(f"round {number}, {', '.join(who)}" for number, who in cheats.items())
        parts.append(
            tag("ul", tag("li", join([Html(ring), text(f"{what} in this round: {named}.")])), class_="legend")
        )
    return join([*parts, _lacking(summary)])


def _why_none(summary: dict[str, Any]) -> str:
    attempts = count(sum(one["voids"] for one in summary["timeline"]), "attempt")
    if is_encrypted(summary):
        return f"{attempts} failed for want of updates, a sum or its shares, or there was never a key."
    return f"{attempts} missed the quorum of {summary['terms']['quorum']} accepted updates."


def _unmeasured(summary: dict[str, Any]) -> Html:
    if summary["settings"]["task"] is not None:
        return _lacking(summary)
    words = (
        "Accuracy and loss are not shown. They are measured from the models in the store with the task's own model and "
        f"test data, and this page was made without them. The definition has the hash "
        f"{summary['settings']['definition_hash']}; give it with --definition, a built-in task's name or "
        "path/to/file.py:Class."
    )
    return tag("p", words, class_="warn")


def _lacking(summary: dict[str, Any]) -> Html:
    """For which rounds there is no value, and why."""
    missing: dict[str, str] = summary.get("missing", {})
    if not missing:
        return Html()
    some = list(missing.items())
    items = [tag("li", f"round {number}: {reason}") for number, reason in some[:_MOST_REASONS]]
    if len(some) > _MOST_REASONS:
        items.append(tag("li", f"and {len(some) - _MOST_REASONS:,} rounds more"))
    said = f"No accuracy for {count(len(some), 'round')}: the model's bytes are not to be had."
    return tag("p", said, class_="warn") + tag("ul", join(items))


def rounds_section(summary: dict[str, Any]) -> Html:
    """The final rounds in numbers."""
    rounds = summary["rounds"]
    if not rounds:
        return tag("p", "No round became final.")
    here = "wall_seconds" in rounds[0]
    came = ("submitted", "accepted", "shared") if is_encrypted(summary) else ("revealed", "accepted")
    rows = [
        (
            one["round"],
            score(one["accuracy"]),
            score(one["loss"]),
            *(one[name] for name in came),
            f"{one['gas']:,}",
            clock(one["seconds"]),
            *([f"{one['wall_seconds']:.1f} s"] if here else []),
            ", ".join(slash["evidence"] for slash in summary["slashes"] if slash["round"] == one["round"]),
        )
        for one in rounds
    ]
    measured = ("round", summary["metric"], "loss", *came, "gas", "chain time")
    names = (*measured, *(["wall time"] if here else []), "slashed for")
    numeric = {name.replace(" ", "_"): "n" for name in names[:-1]}
    notes = [
        "Gas is that of all transactions since the round before became final, in the first line with creating the task "
        "and joining; what came after the last round is in none."
    ]
    if summary.get("left_out_why"):
        reasons = (f"{name}, since {why}" for name, why in summary["left_out_why"].items())
        notes.append(f"Cheats left out: {'; '.join(reasons)}.")
    paragraphs = join(tag("p", note, class_="dim") for note in notes)
    return table(columns(*names, **numeric), rows, caption="Final rounds") + paragraphs + _weights(summary)


def _weights(summary: dict[str, Any]) -> Html:
    """Who counted how much, where a rule weighs."""
    rows = weight_rows(summary.get("weights") or ())
    if not rows:
        return Html()
    title = f"Who counted how much by {summary['settings']['rule']}"
    numeric = {name.replace(" ", "_"): "n" for name in HEADS[1:]}
    note = (
        "The share of an update in what was combined; none: the rule weighed it away. It follows from what is on the "
        "chain: sample counts, lengths, distances and what the owner gave."
    )
    return table(columns(*HEADS, **numeric), rows, caption=title) + tag("p", note, class_="dim")


def audit_section(summary: dict[str, Any], by: str, command: str) -> Html:
    """The verdict, what was checked, and the command that checks it again."""
    audit: dict[str, Any] = summary["audit"]
    _, kind = verdict_words(audit)
    slashes = audit.get("slashes_checked", 0)
    done = f"{count(audit['rounds_checked'], 'round')} and {count(slashes, 'slash', 'slashes')} checked"
    if audit["passed"]:
        said = f"The audit agrees: {done}, {by}."
    elif audit["first_difference"]:
        said = f"The audit differs: {audit['first_difference']}. {done} before that."
    else:
        said = f"The audit cannot be completed: {audit['unchecked']}. {done} before that."
    if works := audit.get("works_checked"):
        said += f" {count(works, 'proof')} of work recomputed."
    if block := audit.get("last_block"):
        said += f" The last round's block is {block}."
    checked = tag("ul", join(tag("li", one) for one in _checked(summary)))
    return join(
        [
            tag("p", tag("b", said), class_=f"verdict {kind}"),
            tag("p", "What it checks, in this order, until the first thing that differs:"),
            checked,
            tag(
                "p",
                "It does not repeat the training and judges no update's worth. To audit it yourself:",
            ),
            tag("pre", code(command)),
        ]
    )
