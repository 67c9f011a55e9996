"""Why somebody was slashed in an encrypted task, in words and in numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fl_client.reporting.html.tables import Html, code, when
from fl_client.reporting.words import coins, duration, moment, the

STATEMENTS: Final = {
    "update": "encrypted update",
    "sum": "sum of the accepted updates",
    "share": "shares of the sum",
    "result": "opened sum",
    "model": "model",
}
"""What parties post, by the name that the records have."""


def encrypted_sentence(slash: dict[str, Any]) -> str:
    """What an account that was slashed in an encrypted task did, and how it is known; plain text."""
    given, who, shown_by = slash["facts"], the(slash["who"]), the(slash["shown_by"])
    if slash["evidence"] == "late-update":
        return (
            f"{who} owed an encrypted update in round {given['round']} and submitted none by the deadline. The "
            f"contract counts who is late when the phase is over; {shown_by} moved the task on."
        )
    if slash["evidence"] == "late-shares":
        return (
            f"{who} owed its shares of the sum of round {given['round']} and had given none that stood by the "
            f"deadline. The contract counts who is late when the phase is over; {shown_by} moved the task on."
        )
    if "kind" not in given:
        return f"{who} lost a part of its stake in round {given['round']} ({slash['evidence']})."
    what, asked = STATEMENTS.get(given["kind"], given["kind"]), _asked(given)
    if slash["evidence"] == "lost-question":
        return (
            f"{who} doubted the {what} of {the(given['accused'])} in round {given['round']} and asked for chunk "
            f"{given['chunk']:,} of it under a bond. {_answerer(given)} showed it, the contract found it right, and "
            "the bond was lost."
        )
    return (
        f"{who} posted the {what} of round {given['round']}, and chunk {given['chunk']:,} of it was not shown right "
        f"within {duration(given['due_at'] - given['asked_at'])} after {asked} had asked for it. Whoever posted what "
        "is right can show it, and so can anybody else: what nobody shows counts as wrong, and is struck."
    )


def _asked(given: dict[str, Any]) -> str:
    return "it" if given["asker"] == given["accused"] else the(given["asker"])


def _answerer(given: dict[str, Any]) -> str:
    name = the(given["answerer"] or "somebody")
    return name[:1].upper() + name[1:]


def encrypted_numbers(given: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """The same as names and values."""
    if "kind" in given:
        yield "statement", f"{STATEMENTS.get(given['kind'], given['kind'])}, chunk {given['chunk']:,}"
        yield "posted as", "none" if given["root"] is None else code(given["root"])
        yield "asked by", f"{the(given['asker'])}, under a bond of {coins(given['bond'])} coins"
        yield "asked", when(given["asked_at"], given["asked_in"])
    yield "due until", moment(given["due_at"])
    yield from _closed(given)


def _closed(given: dict[str, Any]) -> Iterator[tuple[str, Html]]:
    if given.get("closed_in") and given["closed_at"] is not None:
        yield given["outcome"], when(given["closed_at"], given["closed_in"])
