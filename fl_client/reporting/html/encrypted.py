"""What only the pages of encrypted tasks have: the key and its dealer, who did what in each turn, questions."""

from __future__ import annotations

from typing import Any, Final

from fl_client.reporting.html.encrypted_evidence import STATEMENTS
from fl_client.reporting.html.shell import Section
from fl_client.reporting.html.tables import Html, code, columns, facts, fold, join, short_hash, table, tag
from fl_client.reporting.words import coins, count, duration, moment, the

_OUTCOMES: Final = {
    "final": "its model is final",
    "void": "failed, and nothing of it was decrypted",
    "open": "in progress",
    "ended": "the task ended before its model was final",
}
_GOOD: Final = frozenset({"counted", "summed", "accepted"})
_BAD: Final = frozenset({"struck", "late", "outvoted", "voided"})
_SHARES: Final = {"given": "given", "struck": "struck", "late": "late", "none": "not given"}
_BAD_SHARES: Final = frozenset({"struck", "late"})
_BECAME: Final = {"struck": "bad", "refused": "bad", "stood": "good"}
_DEALER: Final = (
    "The dealer makes the key. It is trusted to forget it: who knows it opens every update. It is trusted for nothing "
    "else, since every party checks the key and its own share before the first round."
)


def is_encrypted(summary: dict[str, Any]) -> bool:
    """Whether a summary or a page is of an encrypted task."""
    return summary["settings"].get("privacy") is not None


def encrypted_lead(settings: dict[str, Any]) -> str:
    """What such a task is, in two sentences."""
    return (
        f"{count(settings['participants'], 'party', 'parties')} and one model of {settings['dimension']:,} weights. "
        "Updates are encrypted, and nobody sees one: they are added up as they are, and "
        f"{settings['threshold']} parties together open the sum."
    )


def encrypted_sections(summary: dict[str, Any]) -> tuple[Section, ...]:
    """The sections that only encrypted tasks have, in the order of the page; none for a plain task."""
    if not is_encrypted(summary):
        return ()
    return (
        ("key", "Key and dealer", _key(summary)),
        ("turns", "Who submitted, counted and shared", _turns(summary)),
        ("questions", "Questions", _questions(summary)),
    )


# ---------------------------------------------------------------------- the key


def _key(summary: dict[str, Any]) -> Html:
    settings, ceremonies = summary["settings"], summary["ceremonies"]
    parties = len(ceremonies[-1]["parties"]) if ceremonies else settings["participants"]
    needed = settings["threshold"]
    given = [
        ("dealer", code(settings["dealer"])),
        ("opens a sum", f"{needed} of {count(parties, 'party', 'parties')}, and no fewer"),
        ("least updates in a sum", settings["minimum_accepted"]),
        ("groups by chance", settings["groups"]),
        ("modulus", f"{settings['modulus_bits']:,} bits"),
    ]
    collude = (
        f"{needed} parties that work together against the others could open each update, not the sum alone."
    )
    return join([tag("p", _DEALER), tag("p", collude), facts(given), _ceremonies(ceremonies)])


def _ceremonies(ceremonies: list[dict[str, Any]]) -> Html:
    if not ceremonies:
        return tag("p", "No key has been asked for yet.")
    rows = [
        (
            one["number"],
            len(one["parties"]),
            moment(one["phases"][0]["begins"]) if one["phases"] else "",
            _lasted(one, "deal"),
            _lasted(one, "confirm"),
            len(one["confirmed"]),
            "; ".join(_left_out(other) for other in one["left_out"]),
            "" if one["key_hash"] is None else short_hash(one["key_hash"]),
        )
        for one in ceremonies
    ]
    heads = columns("key", "parties", "asked for", "dealt after", "confirmed after", "confirmed by", "left out",
                    "hash", key="n", parties="n", dealt_after="n", confirmed_after="n", confirmed_by="n",
                    left_out="w")  # fmt: skip
    return table(heads, rows, caption="Keys, each for the parties that the one before left")


def _lasted(ceremony: dict[str, Any], phase: str) -> str:
    spans = [one for one in ceremony["phases"] if one["phase"] == phase]
    return duration(sum(one["ends"] - one["begins"] for one in spans)) if spans else ""


def _left_out(one: dict[str, Any]) -> str:
    return f"{the(one['who'])}, {'which rejected it' if one['rejected'] else 'which said nothing in time'}"


# ---------------------------------------------------------------------- turns


def _turns(summary: dict[str, Any]) -> Html:
    turns = summary["turns"]
    if not turns:
        return tag("p", "No round was opened.")
    words = (
        "A round may take several turns: one that fails is tried again with fresh ciphertexts. An update is accepted "
        "if more than half of the submitters, and as many as open a sum, fetched it and found every proof of it right."
    )
    # The last one is what a reader comes for.
    return join([tag("p", words, class_="dim"), *(_turn(one) for one in turns)])


def _turn(turn: dict[str, Any]) -> Html:
    title = f"Round {turn['round']}, turn {turn['turn']}"
    came = sum(one["submitted_at"] is not None for one in turn["parties"])
    said = f"{came} of {len(turn['parties'])} submitted"
    if turn["accepted"] is not None:
        said += f", {turn['accepted']} accepted of weight {turn['total_weight']}"
    if turn["sharings"]:
        said += f", {sum(one['shares'] == 'given' for one in turn['parties'])} shared"
    if turn["sharings"] > 1:
        said += f" in {turn['sharings']} sharings"
    heading = join([tag("b", title), f"{said}: {_OUTCOMES.get(turn['outcome'], turn['outcome'])}"])
    votes = tag("p", f"An update needed {count(turn['votes_needed'], 'vote')}.", class_="dim")
    content = join([votes, _parties(turn, title), _proposals(turn, title)])
    return fold(heading, content, key=f"turn-{turn['turn']}")


def _parties(turn: dict[str, Any], title: str) -> Html:
    rows = [
        (
            one["who"],
            "" if one["submitted_at"] is None else moment(one["submitted_at"]),
            _or_nothing(one["weight"]),
            _or_nothing(one["votes"]),
            _or_nothing(one["vouched_for"]),
            tag("span", one["verdict"], class_=_kind(one["verdict"])),
            one["why"],
            _shares(one["shares"]),
        )
        for one in turn["parties"]
    ]
    heads = columns("party", "submitted", "weight", "votes for it", "it vouched for", "verdict", "why", "shares",
                    weight="n", votes_for_it="n", it_vouched_for="n", why="w")  # fmt: skip
    return table(heads, rows, caption=f"Parties, {title.lower()}")


def _kind(verdict: str) -> str:
    return "good" if verdict in _GOOD else "bad" if verdict in _BAD else "dim"


def _shares(said: str | None) -> Html | str:
    if said is None:
        return ""
    return tag("span", _SHARES.get(said, said), class_="bad" if said in _BAD_SHARES else "ink")


def _or_nothing(value: object) -> object:
    return "" if value is None else value


def _proposals(turn: dict[str, Any], title: str) -> Html:
    rows = [
        (
            what,
            one["who"],
            moment(one["at"]),
            tag("span", one["became"], class_=_BECAME.get(one["became"], "dim")),
            short_hash(one["root"]),
        )
        for what, key in (("sum", "sums"), ("opened sum and model", "results"))
        for one in turn[key]
    ]
    if not rows:
        return Html()
    heads = columns("proposed", "by", "at", "became", "root or model")
    return table(heads, rows, caption=f"Sums and results, {title.lower()}")


# ---------------------------------------------------------------------- questions


def _questions(summary: dict[str, Any]) -> Html:
    terms = summary["terms"]
    words = (
        "Whoever finds a chunk of anything wrong, or cannot fetch it, asks for it under a bond. What is not shown "
        f"right within {duration(terms['answer_seconds'])} is struck, and its author loses up to "
        f"{coins(terms['wrong_penalty'])} coins; what is shown right costs the asker its bond."
    )
    asked = [(turn, one) for turn in summary["turns"] for one in turn["questions"]]
    if not asked:
        return join([tag("p", words, class_="dim"), tag("p", "Nobody has asked for anything.")])
    rows = [
        (
            turn["round"],
            moment(one["asked_at"]),
            one["asker"],
            f"{STATEMENTS.get(one['kind'], one['kind'])} of {one['accused']}",
            f"{one['chunk']:,}",
            coins(one["bond"]),
            _answer(one),
        )
        for turn, one in asked
    ]
    heads = columns("round", "asked", "by", "about", "chunk", "bond", "outcome", round="n", chunk="n", bond="n",
                    outcome="w")  # fmt: skip
    return join([tag("p", words, class_="dim"), table(heads, rows, caption="Questions and their outcomes")])


def _answer(one: dict[str, Any]) -> Html:
    if one["outcome"] == "open":
        return tag("span", f"open until {moment(one['due_at'])}", class_="warn")
    if one["outcome"] == "shown":
        return tag("span", f"shown right by {the(one['answerer'] or 'somebody')}", class_="good")
    return tag("span", f"not shown: struck, {coins(one['taken'])} coins taken", class_="bad")
