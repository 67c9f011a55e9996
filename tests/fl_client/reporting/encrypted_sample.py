"""A small encrypted run's summary and page, made by hand: an accepted, a late and a struck party, two questions."""

import copy
from typing import Any

from .sample import COIN, HASHES, STATE, act, member, phases, sample, slash, task_page

START = 1_735_689_600
STRUCK = {
    "turn": 1,
    "asker": "party 1",
    "kind": "update",
    "accused": "party 3",
    "chunk": 92,
    "root": HASHES["b"],
    "bond": 25 * COIN,
    "outcome": "struck",
    "answerer": None,
    "taken": 50 * COIN,
    "asked_at": START + 20,
    "asked_in": HASHES["c"],
    "due_at": START + 620,
    "closed_at": START + 621,
    "closed_in": HASHES["d"],
}
SHOWN = STRUCK | {
    "asker": "auditor",
    "kind": "sum",
    "accused": "party 1",
    "outcome": "shown",
    "answerer": "party 2",
    "taken": 0,
}
KINDS = ("updates", "attestations", "sharings", "sums", "results", "bounties", "answers")
EARNED = {f"{kind}{suffix}": 0 for kind in KINDS for suffix in ("", "_earned")}
EARNED |= {"shares_earned": 0, "slashed": 0}


def party(who: str, verdict: str, why: str, **others: Any) -> dict[str, Any]:
    return {
        "who": who,
        "account": "0x" + "55" * 20,
        "place": 0,
        "weight": 1,
        "root": HASHES["a"],
        "submitted_at": START + 11,
        "votes": 3,
        "vouched_for": 3,
        "shares": "given",
        "verdict": verdict,
        "why": why,
        **others,
    }


def turn(number: int) -> dict[str, Any]:
    return {
        "turn": number,
        "round": number,
        "ceremony": 2,
        "outcome": "final",
        "accepted": 2,
        "total_weight": 2,
        "votes_needed": 2,
        "sharings": number,
        "parties": [
            party("party 1", "counted", "It is in the sum of a final round."),
            party(
                "party 2", "late", "It submitted nothing in time.", submitted_at=None, weight=None, votes=None
            ),
            party("party 3", "struck", "Its chunk 92 was not shown.", votes=0, shares="struck"),
        ],
        "sums": [
            {"who": "party 1", "root": HASHES["e"], "became": "struck", "at": START + 30},
            {"who": "party 2", "root": HASHES["f"], "became": "stood", "at": START + 31},
        ],
        "results": [{"who": "party 1", "root": HASHES["g"], "became": "stood", "at": START + 40}],
        "questions": [STRUCK, SHOWN] if number == 1 else [],
    }


def round_(number: int, begins: int) -> dict[str, Any]:
    return {
        "round": number,
        "final": True,
        "attempts": 1,
        "voids": 0,
        "submitted": 3,
        "attested": 3,
        "accepted": 2,
        "shared": 2,
        "proposals": 2,
        "phases": phases(
            begins,
            *(("submit", 3), ("attest", 90), ("sum", 3), ("sum_challenge", 600)),
            *(("share", 9), ("result", 3), ("result_challenge", 600)),
        ),
    }


CEREMONIES = [
    {
        "number": 1,
        "parties": ["party 1", "party 2", "party 3", "party 4"],
        "key_hash": HASHES["h"],
        "confirmed": ["party 1"],
        "left_out": [{"who": "party 4", "rejected": True}],
        "phases": phases(START, ("deal", 1), ("confirm", 7)),
    },
    {
        "number": 2,
        "parties": ["party 1", "party 2", "party 3"],
        "key_hash": None,
        "confirmed": [],
        "left_out": [{"who": "party 2", "rejected": False}],
        "phases": [],
    },
]
SETTINGS = {
    "task": "digits",
    "privacy": "paillier",
    "participants": 3,
    "rounds": 2,
    "rule": "mean",
    "dealer": "0x" + "77" * 20,
    "threshold": 2,
    "minimum_accepted": 3,
    "groups": 1,
    "modulus_bits": 2_048,
    "dimension": 4_810,
    "partition": "iid",
    "seed": 7,
}
OF_ENCRYPTED: dict[str, Any] = {
    "settings": SETTINGS,
    "ceremonies": CEREMONIES,
    "turns": [turn(1), turn(2)],
    "timeline": [round_(1, START + 10), round_(2, START + 4_000)],
    "slashes": [
        slash("late-update", "party 2", 1, {"turn": 1, "due_at": START + 13}, call="advance"),
        slash("wrong-statement", "party 3", 1, STRUCK, call="strike"),
        slash("lost-question", "auditor", 1, SHOWN, call="showChunk", shared=0, shared_in=None),
        slash("late-shares", "party 3", 2, {"turn": 2, "due_at": START + 700}, call="advance"),
    ],
    "acts": [
        act(0, "setup", "owner", "createEncryptedTask", 1, 500),
        act(1, "submit", "party 1", "submit", 11, 80),
        act(1, "sum_challenge", "party 1", "strike", 104, 60),
        act(None, "ended", "party 1", "claim", 9_000, 40),
    ],
    "gas": {
        "total": 140,
        "by_role": {
            "party": {
                "submit": {"count": 1, "mean": 80, "max": 80},
                "strike": {"count": 1, "mean": 60, "max": 60},
            }
        },
    },
    "balances": {
        name: {"account": "0x" + "22" * 20, "before": 500 * COIN, "after": 503 * COIN, "change": 3 * COIN}
        for name in ("party 1", "dealer")
    },
    "earnings": {"party 1": EARNED | {"sharings": 2, "sharings_earned": 4 * COIN}, "dealer": EARNED},
    "terms": {
        **dict.fromkeys(("update_reward", "attest_reward", "share_reward", "sum_reward", "result_reward"), 2 * COIN),
        "answer_seconds": 600,
        "wrong_penalty": 50 * COIN,
    },
}  # fmt: skip


def _rounds(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in one.items() if key != "revealed"} | {"submitted": 3, "shared": 2}
        for one in entries
    ]


def encrypted_sample(**changes: Any) -> dict[str, Any]:
    """A finished run's summary, with some keys replaced."""
    found = sample() | copy.deepcopy(OF_ENCRYPTED)
    return found | {"rounds": _rounds(found["rounds"])} | changes


def encrypted_page(**changes: Any) -> dict[str, Any]:
    """The page of a task in its third round, with some keys replaced."""
    page = task_page() | copy.deepcopy(OF_ENCRYPTED)
    page["settings"] |= {
        "definition_hash": HASHES["i"],
        "rounds": 5,
        "owner": "0x" + "66" * 20,
        "budget": 500 * COIN,
    }
    asked = {"asker": "auditor", "accused": "party 1", "kind": "share", "chunk": 4}
    state = {key: value for key, value in STATE.items() if key != "dispute"}
    state |= {
        "phase": "share",
        "due": ["party 1"],
        "awaited": "give its shares of the sum",
        "question": asked,
    }
    members = [member("party 1", 100), member("party 2", 40, suspended=True), member("dealer", 0)]
    return page | {"rounds": _rounds(page["rounds"]), "state": state, "members": members} | changes
