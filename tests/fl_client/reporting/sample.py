"""A small run's summary, with one slash of each kind: what `run_demo` returns, made by hand."""

import copy
from typing import Any

COIN = 10**18
START = 1_735_689_600
HASHES = {name: "0x" + format(number, "02x") * 32 for number, name in enumerate("abcdefghijklmnop", start=1)}


def act(round_: int | None, phase: str, who: str, call: str, at: int, gas: int) -> dict[str, Any]:
    return {
        "round": round_,
        "phase": phase,
        "who": who,
        "role": who.split()[0],
        "call": call,
        "block": at,
        "time": START + at,
        "gas": gas,
        "transaction": "0x" + format(at, "064x"),
    }


def slash(evidence: str, who: str, round_: int, facts: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {
        "role": who.split()[0],
        "who": who,
        "account": "0x" + "11" * 20,
        "round": round_,
        "evidence": evidence,
        "amount": 20 * COIN,
        "burned": 4 * COIN,
        "bounty": 4 * COIN,
        "shared": 12 * COIN,
        "shared_in": round_ + 1,
        "share_each": 6 * COIN,
        "beneficiary": "auditor",
        "shown_by": "auditor",
        "call": "settle",
        "transaction": HASHES["a"],
        "block": 30,
        "time": START + 30,
        "facts": {"round": round_, **facts},
        **others,
    }


MISSED = {
    "digest": HASHES["b"],
    "committed_at": START + 5,
    "committed_in": HASHES["c"],
    "reveal_ended_at": START + 95,
}
COPIED = MISSED | {
    "copied_from": "trainer 1",
    "copied_committed_at": START + 2,
    "copied_committed_in": HASHES["d"],
    "refused_with": "TrainingTaskCommitmentMismatch",
}
LYING = {
    "chunk": 1,
    "first_coordinate": 64,
    "last_coordinate": 127,
    "claimed_sum": 1_000,
    "computed_sum": 2_500_000,
    "claimed_total": 5_000,
    "true_total": 12_500_000,
    "bound": 10_000_000,
    "fraction_bits": 10,
    "kept_out": True,
    "revealed_in": HASHES["e"],
}
WRONG = {
    "coordinate": 4_807,
    "claimed": 426_184,
    "computed": 360_648,
    "base": 335_908,
    "updates": [
        {"who": "trainer 1", "weight": 149, "value": 24_320},
        {"who": "trainer 2", "weight": 184, "value": -3_741},
    ],
    "rule": "mean",
    "dimension": 4_810,
    "fraction_bits": 20,
    "steps": [{"step": "DisputeOpened", "transaction": HASHES["f"]}],
    "replaced_by": "auditor",
}
SLASHES = [
    slash("no-reveal", "trainer 3", 1, MISSED),
    slash("copied-commitment", "trainer 2", 1, COPIED),
    slash("wrong-norm", "trainer 1", 2, LYING, call="proveWrongNorm"),
    slash("wrong-aggregate", "aggregator 2", 2, WRONG, call="proveWrongAggregate", shared_in=None),
]


def phases(begins: int, *lengths: tuple[str, int]) -> list[dict[str, Any]]:
    found = []
    for name, length in lengths:
        found.append({"phase": name, "attempt": 0, "begins": begins, "ends": begins + length})
        begins += length
    return found


def turn(number: int, begins: int) -> dict[str, Any]:
    return {
        "round": number,
        "final": True,
        "attempts": 1,
        "voids": 0,
        "committed": 3,
        "revealed": 2,
        "attested": 2,
        "accepted": 2,
        "proposals": 1,
        "phases": phases(begins, ("commit", 3), ("reveal", 90), ("attest", 3), ("challenge", 4_320)),
    }


def entry(number: int, accuracy: float, loss: float) -> dict[str, Any]:
    return {
        "round": number,
        "accuracy": accuracy,
        "loss": loss,
        "accepted": 2,
        "revealed": 2,
        "gas": 1_000 * number,
        "slashes": 2,
        "seconds": 4_416,
        "wall_seconds": 1.25,
    }


EARNED = {
    f"{kind}{suffix}": 0
    for kind in ("updates", "attestations", "seals", "bounties")
    for suffix in ("", "_earned")
}
SUMMARY: dict[str, Any] = {
    "final_accuracy": 0.75,
    "metric": "accuracy",
    "rounds": [entry(1, 0.5, 1.5), entry(2, 0.75, 0.5)],
    "slashes": SLASHES,
    "balances": {
        "trainer 1": {
            "account": "0x" + "22" * 20,
            "before": 500 * COIN,
            "after": 503 * COIN,
            "change": 3 * COIN,
        },
        "auditor": {
            "account": "0x" + "33" * 20,
            "before": 500 * COIN,
            "after": 492 * COIN,
            "change": -8 * COIN,
        },
    },
    "earnings": {
        "trainer 1": EARNED | {"updates": 1, "updates_earned": 3 * COIN, "shares_earned": 0, "slashed": 0},
        "auditor": EARNED | {"shares_earned": 0, "slashed": 8 * COIN},
    },
    "gas": {
        "total": 240,
        "by_role": {
            "trainer": {"commitUpdate": {"count": 2, "mean": 90, "max": 100}},
            "auditor": {"settle": {"count": 1, "mean": 60, "max": 60}},
        },
    },
    "timeline": [turn(1, START + 10), turn(2, START + 4_426)],
    "acts": [
        act(0, "setup", "owner", "deploy DeepCoin", 1, 5_000),
        act(1, "commit", "trainer 1", "commitUpdate", 11, 80),
        act(1, "attest", "auditor", "settle", 104, 60),
        act(2, "commit", "trainer 2", "commitUpdate", 4_427, 100),
        act(None, "ended", "trainer 1", "claim", 9_000, 40),
    ],
    "terms": {"quorum": 3, "update_reward": 3 * COIN, "attest_reward": COIN, "seal_reward": 5 * COIN},
    "audit": {
        "passed": True,
        "rounds_checked": 2,
        "slashes_checked": 4,
        "first_difference": None,
        "unchecked": None,
        "head": HASHES["g"],
    },
    "model_root": HASHES["h"],
    "head": HASHES["g"],
    "blocks": 9_000,
    "task": "0x" + "44" * 20,
    "settings": {
        "task": "digits",
        "participants": 3,
        "rounds": 2,
        "partition": "iid",
        "rule": "mean",
        "seed": 7,
        "dimension": 4_810,
    },
    "command": ["fl", "demo", "--task", "digits", "--seed", "7", "--out", "runs/a b"],
    "environment": {"gradbond": "0.1.0", "python": "3.11.7", "torch": "2.13.0", "platform": "Linux"},
    "left_out": [],
    "left_out_why": {},
    "out": "runs/a b",
}


def sample(**changes: Any) -> dict[str, Any]:
    """A copy with some keys replaced."""
    return copy.deepcopy(SUMMARY) | changes


def member(who: str, stake: int, **others: Any) -> dict[str, Any]:
    return {
        "who": who,
        "role": who.split()[0],
        "account": "0x" + "55" * 20,
        "stake": stake * COIN,
        "bound": stake * COIN,
        "free_at": None,
        "suspended": False,
        "leaving": False,
        "released": False,
        "earned": 3 * COIN,
        "claimed": 0,
        "slashed": 0,
        **others,
    }


STATE: dict[str, Any] = {
    "phase": "reveal",
    "deadline": START + 9_100,
    "now": START + 9_000,
    "block": 9_000,
    "round": 3,
    "attempt": 1,
    "ended": False,
    "due": ["trainer 2", "trainer 3"],
    "awaited": "reveal the update that it committed to",
    "dispute": None,
}


def task_page(**changes: Any) -> dict[str, Any]:
    """The same run in its third round, as ``Facts.of_task`` has it with an audit and a source."""
    of_the_run = {"command", "environment", "left_out", "left_out_why", "out", "head"}
    page = {key: value for key, value in sample().items() if key not in of_the_run}
    for one in page["rounds"]:
        del one["wall_seconds"]
    settings = {
        "task": "digits",
        "definition_hash": HASHES["i"],
        "participants": 3,
        "max_trainers": 4,
        "rounds": 5,
        "rule": "mean",
        "fraction": 1.0,
        "dimension": 4_810,
        "owner": "0x" + "66" * 20,
        "budget": 500 * COIN,
    }
    return copy.deepcopy(
        page
        | {
            "state": STATE,
            "members": [member("trainer 1", 100), member("auditor", 200, role="auditor", suspended=True)],
            "missing": {},
            "settings": settings,
            "chain": {"id": 1, "block": 9_000, "time": START + 9_000},
            "source": {"kind": "node", "url": "node", "deployment": "deployment.json", "store": "a store"},
            "auditing": False,
        }
        | changes
    )
