"""The shared vectors of the weighing rules: rounds, and the rows that every implementation must make of them.

``write()`` renews ``tests/data/weighing_vectors.json``; a test fails while the file is out of date. Integers beyond
2^53 are decimal strings.
"""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from tests.parity import weighing_reference as reference
from tests.parity.weighing_reference import Case

FILE: Final = Path(__file__).parent.parent / "data" / "weighing_vectors.json"

LIMIT: Final = 2**31 - 1
UINT32: Final = 2**32 - 1
SHARE: Final = 1 << 15

RULES: Final[dict[str, tuple[Any, int]]] = {
    "samples": (reference.samples, 0),
    "equal": (reference.equal, 0),
    "reputation": (reference.reputation, 0),
    "clip": (reference.clip(None), 0),
    "clip:0.5": (reference.clip(1 << 19), 1 << 19),
    "krum:1": (reference.krum(1), 1),
    "krum": (reference.krum(Fraction(1, 5)), SHARE | 2_000),
    "multi-krum:2": (reference.multi_krum(2, None), 2),
    "multi-krum:1:3": (reference.multi_krum(1, 3), 1 | 3 << 16),
    "fltrust": (reference.fltrust, 0),
}
"""By name: how it is computed slowly, and the word that the contract is given."""

MIXINGS: Final[dict[str, tuple[int | Fraction, int]]] = {
    "nnm:1": (1, 1),
    "nnm:2": (2, 2),
    "nnm": (Fraction(1, 5), SHARE | 2_000),
}


def rounds() -> dict[str, Case]:
    """The rounds, by name: ordinary and extreme ones."""
    generator = random.Random(20)

    def spread(count: int, width: int, bad: int = 0) -> list[list[int]]:
        rows = [[generator.randint(-width, width) for _ in range(4)] for _ in range(count)]
        for row in rows[count - bad :]:
            row[:] = [50 * x + 7 * width for x in row]
        return rows

    def case(updates: list[list[int]], trust: list[int] | None = None) -> Case:
        return Case(
            updates=updates,
            samples=[generator.randint(1, 1_000) for _ in updates],
            reputations=[generator.choice([0, 1, 5, UINT32]) for _ in updates],
            trust=trust or [generator.randint(-1_000, 1_000) for _ in range(4)],
        )

    extremes = [[LIMIT] * 4, [-LIMIT] * 4, [LIMIT, -LIMIT, LIMIT, -LIMIT], [0] * 4, [1, 0, 0, -1]]
    return {
        "one update": case([[1, -2, 3, -4]]),
        "two updates": case([[1, -2, 3, -4], [600_000, 0, -7, 1]]),
        "seven updates, two of them far": case(spread(7, 1_000, bad=2)),
        "ten updates, two of them far": case(spread(10, 300_000, bad=2)),
        "all alike": case([[3, -5, 7, 0]] * 6),
        "all zero": case([[0] * 4] * 5, trust=[1, 2, 3, 4]),
        "ties": case([[0, 0, 0, 0], [2, 0, 0, 0], [0, 2, 0, 0], [2, 2, 0, 0], [1, 1, 0, 0]]),
        "extremes": case(extremes, trust=[LIMIT, LIMIT, LIMIT, -LIMIT]),
        "nothing is trusted": case(spread(4, 1_000), trust=[0] * 4),
        "two heaps": case(
            [[-1_000_000 + i, 0, i, 0] for i in range(5)] + [[1_000_000, 0, 0, i] for i in range(4)]
        ),
    }


def shared_vectors() -> list[dict[str, Any]]:
    """Return the whole content of the file."""
    return [_round(name, case) for name, case in rounds().items()]


def shared_text() -> str:
    """Return the file's text: one line for each list of rows."""
    lines = json.dumps(shared_vectors()).replace('{"round"', '\n{"round"').replace('{"rule"', '\n {"rule"')
    return lines + "\n"


def write() -> None:
    """Renew the file."""
    FILE.write_text(shared_text())


def _round(name: str, case: Case) -> dict[str, Any]:
    count = len(case.updates)
    whole = [[Fraction(x) for x in update] for update in case.updates]
    trust = [Fraction(x) for x in case.trust]
    expected = []
    for prefix, mixing in {"": (None, 0), **MIXINGS}.items():
        for rule, (function, argument) in RULES.items():
            rows, weights = reference.weighed(case, function, mixing[0])
            expected.append(
                {
                    "rule": f"{prefix}+{rule}" if prefix else rule,
                    "mixing": mixing[1],
                    "weigh": rule.split(":")[0],
                    "argument": argument,
                    "rows": rows,
                    "weights": weights,
                }
            )
    return {
        "round": name,
        "updates": case.updates,
        "samples": case.samples,
        "reputations": case.reputations,
        "trust": case.trust,
        "norms": [str(reference.square(x)) for x in whole],
        "distances": [
            str(reference.distance(whole[i], whole[j])) for i in range(count) for j in range(i + 1, count)
        ],
        "trustNorm": str(reference.square(trust)),
        "trustDistances": [str(reference.distance(x, trust)) for x in whole],
        "expected": expected,
    }
