"""The report's page: what stands where."""

from __future__ import annotations

import shlex
from typing import Any

from fl_client.reporting.html.charts import line_chart
from fl_client.reporting.html.evidence import slash_section
from fl_client.reporting.html.money import balance_section, gas_section
from fl_client.reporting.html.style import STYLE
from fl_client.reporting.html.tables import Html, code, columns, facts, join, table, tag, text
from fl_client.reporting.html.timeline import act_section, lasted, phase_section
from fl_client.reporting.words import clock, coins, count, duration, score

_CHECKED = (
    "every block executed again from the first, with every signature",
    "the code of all contracts, and that they are connected as they should be",
    "every reveal against the commitment that its trainer had made before",
    "which updates were accepted, counted again from the attestations",
    "the bytes of every accepted update and model against what the chain has of them",
    "every final model, computed again from the accepted updates",
    "every slash against its evidence, and how its coins were split",
    "every reward of every account, and what was left of the budget",
)
FILES = {
    "chain/": "the whole chain: its genesis, all blocks, and a manifest; fl audit executes it again",
    "store/": "the first model, every revealed update and every published model, each file named by its content id",
    "state/": "each account's journal, with the secrets of its commitments; not for others while a run goes on",
    "deployment.json": "addresses of the contracts",
    "model.safetensors": "the trained model",
    "metrics.csv": "one row a round: accuracy, loss, updates, gas, slashes, times",
    "summary.json": "everything in this report, for programs; no audit reads it",
    "report.html": "this page",
}
"""What a run leaves in its folder."""


def render_html(summary: dict[str, Any]) -> str:
    """Render a run's summary.

    Args:
        summary: what ``run_demo`` returns.

    Returns:
        A whole HTML document.
    """
    sections = (
        ("learning", "Accuracy and loss by round", _learning(summary)),
        ("slashes", "Slashes", slash_section(summary)),
        ("rounds", "Rounds", _rounds(summary)),
        ("phases", "Time line", phase_section(summary)),
        ("acts", "Who did what", act_section(summary)),
        ("coins", "Coins", balance_section(summary)),
        ("gas", "Gas by role and call", gas_section(summary)),
        ("audit", "Audit", _audit(summary)),
        ("repeat", "Do it again", _repeat(summary)),
    )
    task = summary["settings"]["task"]
    body = join(
        [
            tag("h1", f"Federation on {task}"),
            tag("p", _lead(summary), class_="dim"),
            _figures(summary),
            tag("nav", join(tag("a", title, href=f"#{key}") for key, title, _ in sections)),
            *(tag("section", tag("h2", title) + content, id_=key) for key, title, content in sections),
        ]
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{text(f'Gradbond: {task}')}</title><style>{STYLE}</style></head>\n<body>{body}</body></html>\n"
    )


def _lead(summary: dict[str, Any]) -> str:
    settings = summary["settings"]
    return (
        f"{count(settings['participants'], 'trainer')} and one model of {settings['dimension']:,} weights, without a "
        f"server in between. Data split by {settings['partition']}, seed {settings['seed']}, updates combined by "
        f"{settings['rule']}. Rounds, coins and gas are read from the chain of this run; accuracy and loss were "
        "measured on the task's test data."
    )


def _figures(summary: dict[str, Any]) -> Html:
    rounds, slashes = summary["rounds"], summary["slashes"]
    verdict, kind = _verdict(summary["audit"])
    taken = coins(sum(one["amount"] for one in slashes))
    chain_time = duration(sum(lasted(one) for one in summary["timeline"]))
    ours = f", {duration(sum(one['wall_seconds'] for one in rounds))} on ours" if rounds else ""
    shown: list[tuple[object, str]] = [
        (score(summary["final_accuracy"]), f"final {summary['metric']}, {_final_loss(rounds)}"),
        (f"{len(rounds)} of {summary['settings']['rounds']}", "rounds final"),
        (tag("span", verdict, class_=kind), "audit"),
        (f"{len(slashes)}", f"slashes, {taken} coins" if slashes else "slashes"),
        (f"{summary['gas']['total']:,}", "gas in all"),
        (chain_time, f"on the chain's clock{ours}"),
    ]
    cells = join(tag("div", join([tag("b", value), tag("span", name)])) for value, name in shown)
    return tag("div", cells, class_="figures")


def _final_loss(rounds: list[dict[str, Any]]) -> str:
    return f"loss {score(rounds[-1]['loss'])}" if rounds else "no round became final"


def _verdict(audit: dict[str, Any]) -> tuple[str, str]:
    if audit["passed"]:
        return "agrees", "good"
    return ("differs", "bad") if audit["first_difference"] else ("cannot be checked", "warn")


def cheat_rounds(summary: dict[str, Any]) -> dict[int, list[str]]:
    """The rounds in which somebody cheated, with who it was and how."""
    found: dict[int, list[str]] = {}
    for one in summary["slashes"]:
        number = one["facts"].get("round") or one["round"]
        found.setdefault(number, []).append(f"{one['who']} ({one['evidence']})")
    return dict(sorted(found.items()))


def _learning(summary: dict[str, Any]) -> Html:
    rounds = summary["rounds"]
    if not rounds:
        voids = sum(one["voids"] for one in summary["timeline"])
        words = (
            f"No round became final, so there is no new model: {count(voids, 'attempt')} missed the quorum of "
            f"{summary['terms']['quorum']} accepted updates."
        )
        return tag("p", words, class_="warn")
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
        named = "; ".join(f"round {number}, {', '.join(who)}" for number, who in cheats.items())
        parts.append(
            tag(
                "ul", tag("li", join([Html(ring), text(f"A cheat in this round: {named}.")])), class_="legend"
            )
        )
    return join(parts)


def _rounds(summary: dict[str, Any]) -> Html:
    if not summary["rounds"]:
        return tag("p", "No round became final.")
    rows = [
        (
            one["round"],
            score(one["accuracy"]),
            score(one["loss"]),
            one["revealed"],
            one["accepted"],
            f"{one['gas']:,}",
            clock(one["seconds"]),
            f"{one['wall_seconds']:.1f} s",
            ", ".join(slash["evidence"] for slash in summary["slashes"] if slash["round"] == one["round"]),
        )
        for one in summary["rounds"]
    ]
    names = (
        "round",
        summary["metric"],
        "loss",
        "revealed",
        "accepted",
        "gas",
        "chain time",
        "wall time",
        "slashed for",
    )
    numeric = {name.replace(" ", "_"): "n" for name in names[:-1]}
    notes = [
        "Gas is that of all transactions since the line before: in the first line with creating the task and joining, "
        "in the last with what was already claimed."
    ]
    if summary["left_out"]:
        notes.append(
            f"Cheats left out, for want of rounds or participants: {', '.join(summary['left_out'])}."
        )
    paragraphs = join(tag("p", note, class_="dim") for note in notes)
    return table(columns(*names, **numeric), rows) + paragraphs


def _audit(summary: dict[str, Any]) -> Html:
    audit = summary["audit"]
    verdict, kind = _verdict(audit)
    slashes = audit.get("slashes_checked", 0)
    done = f"{count(audit['rounds_checked'], 'round')} and {count(slashes, 'slash', 'slashes')} checked"
    if audit["passed"]:
        said = f"The audit agrees: {done}, by a process that knew nothing but the run's folder and the head's hash."
    elif audit["first_difference"]:
        said = f"The audit differs: {audit['first_difference']}. {done} before that."
    else:
        said = f"The audit cannot be completed: {audit['unchecked']}. {done} before that."
    checked = tag("ul", join(tag("li", one) for one in _CHECKED))
    return join(
        [
            tag("p", tag("b", said), class_=f"verdict {kind}"),
            tag("p", "What it checks, in this order, until the first thing that differs:"),
            checked,
            tag(
                "p",
                "It does not repeat the training and judges no update's worth. To audit this run yourself:",
            ),
            tag("pre", code(f"fl audit {shlex.quote(summary['out'])} --head {summary['head']}")),
        ]
    )


def _repeat(summary: dict[str, Any]) -> Html:
    names = {"gradbond": "Gradbond", "python": "Python", "torch": "PyTorch", "numpy": "NumPy"}
    versions = [(names.get(name, name), value) for name, value in summary["environment"].items()]
    return join(
        [
            tag(
                "p", "The same command gives the same chain, block by block, with the same build of PyTorch."
            ),
            tag("pre", code(shlex.join(summary["command"]))),
            facts(
                [
                    ("chain head", code(summary["head"])),
                    ("model root", code(summary["model_root"])),
                    ("task", code(summary["task"])),
                    ("blocks", f"{summary['blocks']:,}"),
                    *versions,
                ]
            ),
            tag("h3", "What the run left"),
            tag("p", code(summary["out"])),
            table(columns("file", "what", what="w"), [(code(name), what) for name, what in FILES.items()]),
        ]
    )
