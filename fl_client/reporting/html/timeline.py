"""The rounds as they went: a bar of phases each, and who did what, when and at what cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from fl_client.reporting.html.tables import (
    Html,
    columns,
    fold,
    join,
    legend,
    short_hash,
    stacked,
    table,
    tag,
    text,
)
from fl_client.reporting.words import PHASES, call_words, clock, count, duration, moment, offset, score

# Above this, a report with every act would be slow to open: the acts of a round are then added up by call.
MOST_ACTS: Final = 6_000
_MOST_BARS: Final = 40
_LISTED: Final = {
    False: "Every transaction of the run, as the chain has it. Times count from the beginning of a round.",
    True: "Every transaction that left an event of this task, or let its members pay. One that the contracts refused "
    "leaves none and is not here. Times count from the beginning of a round.",
}
_WHOLE: Final = 1_000.0
_SLIVER: Final = 7.0


def phase_section(summary: dict[str, Any]) -> Html:
    """A bar for each round, and the same in numbers."""
    turns = [one for one in summary["timeline"] if one["phases"]]
    bars = [*(one for one in summary.get("ceremonies", ()) if one["phases"]), *turns]
    if not bars:
        return tag("p", "No round was opened.")
    longest = max(lasted(one) for one in bars)
    most = max(len(one["phases"]) for one in bars)
    strips = join(_strip(one, longest, most) for one in bars)
    used = _used(bars)
    jumps = (
        " The chain of a demonstration jumps to the next deadline when nobody has anything left to do, so an hour here "
        "took no hour."
    )
    of_node = summary.get("source", {}).get("kind") == "node"
    note = (
        f"Time is the chain's, taken from the blocks' stamps.{'' if of_node else jumps} Each phase is drawn at least a "
        "sliver wide."
    )
    box: dict[str, object] = {"class_": "whole"}
    if len(bars) > _MOST_BARS:
        box = {"class_": "tall", "role": "region", "aria_label": "Phases of all rounds", "tabindex": 0}
    return join(
        [
            tag("p", note, class_="dim"),
            legend((name, PHASES[name]) for name in used),
            tag(
                "div",
                tag("div", strips, class_="strip"),
                **box,
            ),
            _phase_table(turns, _used(turns)) if turns else Html(),
        ]
    )


def _used(turns: Sequence[dict[str, Any]]) -> list[str]:
    """The phases that there were, in their order."""
    return [name for name in PHASES if any(part["phase"] == name for one in turns for part in one["phases"])]


def lasted(turn: dict[str, Any]) -> int:
    """Chain time of a round, all its attempts together, in seconds."""
    return int(turn["phases"][-1]["ends"] - turn["phases"][0]["begins"]) if turn["phases"] else 0


def _title(turn: dict[str, Any]) -> str:
    """A round, or a key that was made before the first."""
    return f"Round {turn['round']}" if "round" in turn else f"Key {turn['number']}"


def _strip(turn: dict[str, Any], longest: int, most: int) -> Html:
    room = _WHOLE - _SLIVER * most
    parts = []
    for part in turn["phases"]:
        seconds = part["ends"] - part["begins"]
        width = _SLIVER + room * seconds / max(1, longest)
        parts.append(
            (part["phase"], width, f"{PHASES.get(part['phase'], part['phase'])}: {duration(seconds)}")
        )
    label = f"{_title(turn)}: " + ", ".join(hint for _, _, hint in parts)
    bar = stacked(parts, whole=_WHOLE, label=label)
    return join([tag("span", _title(turn)), bar, tag("span", duration(lasted(turn)))])


def _phase_table(turns: Sequence[dict[str, Any]], used: Sequence[str]) -> Html:
    rows = []
    for turn in turns:
        spent: dict[str, int] = defaultdict(int)
        for part in turn["phases"]:
            spent[part["phase"]] += part["ends"] - part["begins"]
        times = [clock(spent[name]) if name in spent else "" for name in used]
        rows.append((turn["round"], moment(turn["phases"][0]["begins"]), *times, clock(lasted(turn))))
    names = ["round", "began", *(PHASES[name] for name in used), "in all"]
    numeric = {name.replace(" ", "_"): "n" for name in names if name != "began"}
    return table(columns(*names, **numeric), rows, caption="How long each phase lasted, by round")


# ---------------------------------------------------------------------- acts


def act_section(summary: dict[str, Any]) -> Html:
    """A block for what came before the rounds, for each round, and for what came after."""
    by_round: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for act in summary["acts"]:
        by_round[act["round"]].append(act)
    listed = len(summary["acts"]) <= MOST_ACTS
    notes = [
        tag(
            "p",
            _LISTED[summary.get("source", {}).get("kind") == "node"],
        )
    ]
    if not listed:
        words = f"There are {len(summary['acts']):,} transactions; here they are added up. The same as JSON lists them."
        notes.append(tag("p", words, class_="dim"))
    blocks = [_block("Before the first round", "", by_round[0], None, key="acts-0", listed=listed)]
    for turn in summary["timeline"]:
        acts = by_round[turn["round"]]
        began = turn["phases"][0]["begins"] if turn["phases"] else None
        title, outcome = f"Round {turn['round']}", _outcome(summary, turn)
        blocks.append(_block(title, outcome, acts, began, key=f"acts-{turn['round']}", listed=listed))
    blocks.append(_block("After the end", "", by_round[None], None, key="acts-end", listed=listed))
    kind = "tall" if len(blocks) > _MOST_BARS else "whole"
    return join([*notes, tag("div", join(blocks), class_=kind)])


def came_words(turn: dict[str, Any]) -> str:
    """How many did what a round asks for: of a plain round, or of an encrypted one.

    >>> came_words({"committed": 6, "revealed": 5, "attested": 5, "accepted": None})
    '6 committed, 5 revealed, 5 attested, 0 accepted'
    """
    names = ("committed", "revealed", "submitted", "attested", "accepted", "shared")
    return ", ".join(f"{turn[name] or 0} {name}" for name in names if name in turn)


def _outcome(summary: dict[str, Any], turn: dict[str, Any]) -> Html:
    """What became of a round, in one line."""
    entry = next((one for one in summary["rounds"] if one["round"] == turn["round"]), None)
    measured = entry is not None and entry["accuracy"] is not None
    said = [f"{summary['metric']} {score(entry['accuracy'])}"] if entry is not None and measured else []
    if not turn["final"]:
        still = turn is summary["timeline"][-1] and not summary.get("state", {"ended": True})["ended"]
        said.append("in progress" if still else "not final")
    said.append(came_words(turn))
    if turn["attempts"] > 1:
        said.append(count(turn["attempts"], "attempt"))
    if turn["phases"]:
        said.append(duration(lasted(turn)))
    caught = [one for one in summary["slashes"] if one["round"] == turn["round"]]
    words = join((text(one) for one in said), ", ")
    if not caught:
        return words
    names = ", ".join(f"{one['who']} ({one['evidence']})" for one in caught)
    return join([words, ", ", tag("span", f"slashed: {names}", class_="bad")])


def _block(
    title: str,
    outcome: str,
    acts: Sequence[dict[str, Any]],
    began: int | None,
    *,
    key: str,
    listed: bool,
) -> Html:
    gas = sum(act["gas"] for act in acts)
    total = f"{count(len(acts), 'transaction')}, {gas:,} gas"
    heading = join([tag("b", title), join(filter(None, (outcome, text(total))), ", ")])
    if not acts:
        return fold(heading, tag("p", "No transaction.", class_="dim"), key=key)
    start = acts[0]["time"] if began is None else began
    content = (_list if listed else _sums)(acts, start, f"Transactions: {title.lower()}")
    return fold(heading, tag("p", f"Began {moment(start)}.", class_="dim") + content, key=key)


def _list(acts: Sequence[dict[str, Any]], began: int, caption: str) -> Html:
    rows = []
    for act in acts:
        words = call_words(act["call"])
        if not act.get("succeeded", True):
            words += " (refused)"
        rows.append(
            (
                offset(act["time"] - began),
                PHASES.get(act["phase"], act["phase"]),
                act["who"],
                words,
                tag("code", act["call"]),
                f"{act['gas']:,}",
                f"{act['block']:,}",
                short_hash(act["transaction"]),
            )
        )
    heads = columns("time", "phase", "who", "what", "call", "gas", "block", "transaction", gas="n", block="n")
    return table(heads, rows, caption=caption)


def _sums(acts: Sequence[dict[str, Any]], began: int, caption: str) -> Html:
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for act in acts:
        found[act["phase"], act["role"], act["call"]].append(act)
    rows = [
        (
            f"{offset(some[0]['time'] - began)} to {offset(some[-1]['time'] - began)}",
            PHASES.get(phase, phase),
            role,
            call_words(call),
            tag("code", call),
            f"{len(some):,}",
            f"{sum(act['gas'] for act in some):,}",
        )
        for (phase, role, call), some in found.items()
    ]
    heads = columns("time", "phase", "role", "what", "call", "times", "gas", times="n", gas="n")
    return table(heads, rows, caption=caption)
