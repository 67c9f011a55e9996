"""The page of one task, in progress or ended, from what its chain and its store say."""

from __future__ import annotations

import shlex
from typing import Any, Final

from fl_client.reporting.html.encrypted import encrypted_lead, encrypted_sections, is_encrypted
from fl_client.reporting.html.encrypted_evidence import STATEMENTS
from fl_client.reporting.html.evidence import slash_section
from fl_client.reporting.html.money import balance_section, gas_section
from fl_client.reporting.html.sections import (
    audit_section,
    figures,
    learning_section,
    rounds_section,
    verdict_words,
)
from fl_client.reporting.html.shell import Section, document
from fl_client.reporting.html.tables import Html, code, columns, facts, join, short_hash, table, tag
from fl_client.reporting.html.timeline import act_section, came_words, lasted, phase_section
from fl_client.reporting.words import PHASES, coins, count, duration, moment, score, sentence, the

_AUDIT_PENDING: Final = (
    "The audit runs now: it recomputes every round, reward and slash from the chain and the store."
)
_READ: Final = (
    "Everything here is read from the chain and the content store; accuracy and loss are measured from the stored "
    "models on the task's test data."
)


def render_task(page: dict[str, Any]) -> str:
    """Render a task's page as one file.

    Args:
        page: what ``fl_client.records`` says of it: ``Facts.of_task`` with ``audit`` (None: not run) and ``source``.

    Returns:
        A whole HTML document.
    """
    return document(page_title(page), page_header(page), page_sections(page))


def page_title(page: dict[str, Any]) -> str:
    """The window's title."""
    return f"Gradbond: {page['settings']['task'] or page['task']}"


def page_header(page: dict[str, Any]) -> Html:
    """The first heading, what it is about, and the most important numbers."""
    name, kind = page["settings"]["task"], "Encrypted task" if is_encrypted(page) else "Federated task"
    heading = f"{kind} {name}" if name else kind
    return join(
        [
            tag("h1", heading),
            tag("p", code(page["task"])),
            tag("p", _lead(page), class_="dim"),
            _figures(page),
        ]
    )


def page_sections(page: dict[str, Any]) -> tuple[Section, ...]:
    """Everything below the header, in the order of the page."""
    return (
        ("now", "How it ended" if page["state"]["ended"] else "Now", _now(page)),
        ("learning", "Accuracy and loss by round", learning_section(page)),
        ("members", "Participants and stakes", _members(page)),
        ("slashes", "Slashes", slash_section(page)),
        ("rounds", "Rounds", rounds_section(page)),
        *encrypted_sections(page),
        ("phases", "Time line", phase_section(page)),
        ("acts", "Who did what", act_section(page)),
        ("coins", "Coins", balance_section(page)),
        ("gas", "Gas by role and call", gas_section(page)),
        ("audit", "Audit", _audit(page)),
        ("source", "Where this is from", _source(page)),
    )


def status_words(page: dict[str, Any]) -> str:
    """What the task is doing, in a sentence: the line that is read out when it changes.

    >>> status_words({"state": {"ended": True, "round": 3}, "rounds": [{}, {}]})
    'The task has ended; 2 rounds are final.'
    """
    state = page["state"]
    if state["ended"]:
        done = len(page["rounds"])
        return f"The task has ended; {count(done, 'round')} {'is' if done == 1 else 'are'} final."
    phase = PHASES.get(state["phase"], state["phase"])
    if not state["round"]:
        return f"The first round has not begun: {state['awaited']}."
    attempt = f", attempt {state['attempt']}" if state["attempt"] > 1 else ""
    return f"Round {state['round']}{attempt}, phase {phase}: {_awaited(state)}."


def _awaited(state: dict[str, Any]) -> str:
    """Who is to do what."""
    if not state["due"]:
        return str(state["awaited"] or "nobody is awaited")
    names = ", ".join(the(name) for name in state["due"])
    return f"{names} {'is' if len(state['due']) == 1 else 'are'} to {state['awaited']}"


def _lead(page: dict[str, Any]) -> str:
    settings = page["settings"]
    if is_encrypted(page):
        return f"{encrypted_lead(settings)} {_READ}"
    drawn = "" if settings["fraction"] >= 1 else f", {settings['fraction']:.0%} of them drawn for each round"
    return (
        f"{count(settings['participants'], 'trainer')}{drawn}, and one model of {settings['dimension']:,} weights. "
        f"Updates are combined by {settings['rule']}. {_READ}"
    )


def _figures(page: dict[str, Any]) -> Html:
    rounds, slashes, state = page["rounds"], page["slashes"], page["state"]
    verdict, kind = verdict_words(page["audit"])
    taken = coins(sum(one["amount"] for one in slashes))
    last = page["final_accuracy"]
    measured = next((one for one in reversed(rounds) if one["accuracy"] is not None), None)
    of_round = "no round measured" if measured is None else f"after round {measured['round']}"
    if measured is not None and last is None:
        last = measured["accuracy"]
    phase = PHASES.get(state["phase"], state["phase"])
    chain_time = duration(sum(lasted(one) for one in page["timeline"]))
    return figures(
        [
            (phase, "the task" if state["ended"] else f"phase, round {state['round']}"),
            ("not measured" if last is None else score(last), f"{page['metric']}, {of_round}"),
            (f"{len(rounds)} of {page['settings']['rounds']}", "rounds final"),
            (tag("span", verdict, class_=kind), f"audit{_upto(page['audit'])}"),
            (f"{len(slashes)}", f"slashes, {taken} coins" if slashes else "slashes"),
            (f"{page['gas']['total']:,}", f"gas, {chain_time} on the chain's clock"),
        ]
    )


def _upto(audit: dict[str, Any] | None) -> str:
    return f", checked up to round {audit['rounds_checked']}" if audit and audit["rounds_checked"] else ""


# ---------------------------------------------------------------------- sections


def _now(page: dict[str, Any]) -> Html:
    state = page["state"]
    given: list[tuple[str, object]] = [("phase", PHASES.get(state["phase"], state["phase"]))]
    if not state["ended"]:
        if state["round"]:
            given.append(
                ("round", f"{state['round']} of {page['settings']['rounds']}, attempt {state['attempt']}")
            )
        if state["deadline"]:
            given.append(("until", moment(state["deadline"])))
        given.append(("awaited", _awaited(state)))
        given += _doubts(state)
    turn = page["timeline"][-1] if page["timeline"] else None
    if turn is not None and not state["ended"]:
        given.append(("so far", came_words(turn)))
    given.append(("last final model", code(page["model_root"])))
    return join([tag("p", tag("b", status_words(page))), facts(given)])


def _doubts(state: dict[str, Any]) -> list[tuple[str, object]]:
    """The dispute or the question that is open."""
    if dispute := state.get("dispute"):
        return [("dispute", f"opened by {the(dispute['challenger'])}, step {dispute['step']}")]
    if asked := state.get("question"):
        what = STATEMENTS.get(asked["kind"], asked["kind"])
        about = f"chunk {asked['chunk']:,} of the {what} of {the(asked['accused'])}"
        return [("question", f"{about}, by {the(asked['asker'])}")]
    return []


def _members(page: dict[str, Any]) -> Html:
    rows = [
        (
            one["who"],
            short_hash(one["account"]),
            coins(one["stake"]) if one["stake"] else "",
            _standing(one),
            coins(one["earned"]) if one["earned"] else "",
            coins(one["slashed"]) if one["slashed"] else "",
        )
        for one in page["members"]
    ]
    heads = columns("who", "account", "stake", "state", "earned", "lost", stake="n", earned="n", lost="n")
    words = (
        "Names count the accounts of a role in the order in which they came. A stake is what the vault holds for this "
        "task, in coins; earned is by the rules of the task, whether it was claimed or not."
    )
    return join([tag("p", words, class_="dim"), table(heads, rows, caption="Participants and their stakes")])


def _standing(member: dict[str, Any]) -> str:
    if member["suspended"] and member["stake"]:
        return "suspended: its stake was cut"
    if member["stake"] and member["free_at"] is not None:
        return f"free from {moment(member['free_at'])}"
    if member["stake"]:
        return "leaving" if member["leaving"] else "bound"
    return "took its stake back" if member["released"] else ""


def _audit(page: dict[str, Any]) -> Html:
    again = tag("p", _AUDIT_PENDING, class_="verdict warn") if page.get("auditing") else Html()
    if page["audit"] is None:
        return again or tag("p", "Not run yet.")
    by = "from the chain and the store alone"
    found = audit_section(page, by, _audit_command(page["source"], page["task"]))
    rounds = page["audit"]["rounds_checked"]
    return (
        again + tag("p", f"Checked up to round {rounds}." if rounds else "No round was checked yet.") + found
    )


def _audit_command(source: dict[str, Any], task: str) -> str:
    if source["kind"] == "folder":
        return f"fl audit {shlex.quote(source['folder'])} --head {source['head']}"
    given = [("rpc-url", source["url"]), ("deployment", source["deployment"]), ("store", source["store"])]
    return shlex.join(["fl", "audit", task, *(word for key, value in given for word in (f"--{key}", value))])


def _source(page: dict[str, Any]) -> Html:
    source, settings = page["source"], page["settings"]
    given: list[tuple[str, object]] = [("task", code(page["task"])), ("chain id", page["chain"]["id"])]
    if source["kind"] == "folder":
        given += [("folder", code(source["folder"])), ("chain head", code(source["head"]))]
        words = "The chain's blocks were executed again from the first, with every signature."
    else:
        given += [("node", code(source["url"])), ("store", code(source["store"]))]
        words = "What the node says is believed; the contracts' code and wiring were compared with this version's."
    given += [
        ("owner", code(settings["owner"])),
        ("definition", settings["task"] or "not at hand"),
        ("definition's hash", code(settings["definition_hash"])),
        ("budget", f"{coins(settings['budget'])} coins"),
    ]
    return join([tag("p", sentence(words), class_="dim"), facts(given)])
