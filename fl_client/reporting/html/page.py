"""The report's page: what stands where."""

from __future__ import annotations

import shlex
from typing import Any

from fl_client.reporting.html.encrypted import encrypted_lead, encrypted_sections, is_encrypted
from fl_client.reporting.html.evidence import slash_section
from fl_client.reporting.html.money import balance_section, gas_section
from fl_client.reporting.html.sections import (
    audit_section,
    figures,
    learning_section,
    rounds_section,
    verdict_words,
)
from fl_client.reporting.html.shell import document
from fl_client.reporting.html.tables import Html, code, columns, facts, join, table, tag
from fl_client.reporting.html.timeline import act_section, lasted, phase_section
from fl_client.reporting.words import coins, count, duration, score

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

ENCRYPTED_FILES = FILES | {
    "store/": "the first model, every key with its sealed shares, every encrypted update, shares, opened sum and "
    "published model, each file named by its content id",
    "state/": "each account's journal, and the parties' secrets; not for others, also when the run is over",
}
"""The same of an encrypted run."""

_REPEAT = "The same command gives the same chain, block by block, with the same build of PyTorch."
_ENCRYPTED_REPEAT = (
    "The same command trains on the same data with the same faults; keys and ciphertexts are fresh in every run, and "
    "so are the chain's hashes."
)


def render_html(summary: dict[str, Any]) -> str:
    """Render a run's summary.

    Args:
        summary: what ``run_demo`` returns.

    Returns:
        A whole HTML document.
    """
    checked_by = "by a process that knew nothing but the run's folder and the head's hash"
    again = f"fl audit {shlex.quote(summary['out'])} --head {summary['head']}"
    sections = (
        ("learning", "Accuracy and loss by round", learning_section(summary)),
        ("slashes", "Slashes", slash_section(summary)),
        ("rounds", "Rounds", rounds_section(summary)),
        *encrypted_sections(summary),
        ("phases", "Time line", phase_section(summary)),
        ("acts", "Who did what", act_section(summary)),
        ("coins", "Coins", balance_section(summary)),
        ("gas", "Gas by role and call", gas_section(summary)),
        ("audit", "Audit", audit_section(summary, checked_by, again)),
        ("repeat", "Do it again", _repeat(summary)),
    )
    task = summary["settings"]["task"]
    header = join(
        [
            tag("h1", f"Federation on {task}"),
            tag("p", _lead(summary), class_="dim"),
            _figures(summary),
        ]
    )
    return document(f"Gradbond: {task}", header, sections)


def _lead(summary: dict[str, Any]) -> str:
    settings = summary["settings"]
    what = (
        encrypted_lead(settings)
        if is_encrypted(summary)
        else f"{count(settings['participants'], 'trainer')} and one model of {settings['dimension']:,} weights, "
        "without a server in between."
    )
    return (
        f"{what} Data split by {settings['partition']}, seed {settings['seed']}, updates combined by "
        f"{settings['rule']}. Rounds, coins and gas are read from the chain of this run; accuracy and loss were "
        "measured on the task's test data."
    )


def _figures(summary: dict[str, Any]) -> Html:
    rounds, slashes = summary["rounds"], summary["slashes"]
    verdict, kind = verdict_words(summary["audit"])
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
    return figures(shown)


def _final_loss(rounds: list[dict[str, Any]]) -> str:
    return f"loss {score(rounds[-1]['loss'])}" if rounds else "no round became final"


def _files(summary: dict[str, Any]) -> dict[str, str]:
    return ENCRYPTED_FILES if is_encrypted(summary) else FILES


def _repeat(summary: dict[str, Any]) -> Html:
    names = {"gradbond": "Gradbond", "python": "Python", "torch": "PyTorch", "numpy": "NumPy"}
    versions = [(names.get(name, name), value) for name, value in summary["environment"].items()]
    return join(
        [
            tag("p", _ENCRYPTED_REPEAT if is_encrypted(summary) else _REPEAT),
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
            table(
                columns("file", "what", what="w"),
                [(code(name), what) for name, what in _files(summary).items()],
                caption="Files of the run",
            ),
        ]
    )
