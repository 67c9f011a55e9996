"""Print what `brownie test --coverage` saw of each contract, and fail below the limits.

Brownie lists a library's function once for every contract that has it in its code; the best of them counts. What comes
from other packages is left out.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "reports" / "coverage.json"
LEAST = {"statements": 0.95, "branches": 0.90}
NOT_COUNTED = ("mocks", "interfaces")


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many."""

    reached: int = 0
    total: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.reached + other.reached, self.total + other.total)

    @property
    def ratio(self) -> float:
        return self.reached / self.total if self.total else 1.0

    def __str__(self) -> str:
        return f"{self.reached:5}/{self.total:<5} {self.ratio:7.1%}"


def own_names() -> dict[str, str]:
    """The contracts and libraries that are this project's own, by name, with their folder."""
    found = {}
    for path in sorted((ROOT / "contracts").rglob("*.sol")):
        folder = path.parent.name
        if folder not in NOT_COUNTED:
            found[path.stem] = folder
    # Libraries over value types are named after their fields.
    return found | {"RoundClockFields": "types", "TrainerRecordFields": "types"}


def best(report: Mapping[str, Any]) -> dict[str, dict[str, Share]]:
    """For each of our functions, its shares in the contract whose tests reached most of it."""
    names = own_names()
    found: dict[str, dict[str, Share]] = {}
    for contract in report["coverage"].values():
        for function, (reached, total) in contract["statements"].items():
            if function.split(".")[0] not in names:
                continue
            held = found.setdefault(function, {"statements": Share(), "branches": Share()})
            held["statements"] = max(held["statements"], Share(reached, total), key=_rank)
        for function, (true, false, total) in contract["branches"].items():
            if function in found:
                held = found[function]
                held["branches"] = max(held["branches"], Share(true + false, 2 * total), key=_rank)
    return found


def _rank(share: Share) -> tuple[int, int]:
    return share.reached, share.total


def main() -> None:
    """Print one line for each contract, name the functions that are not reached whole, and judge the sums."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("report", nargs="?", type=Path, default=REPORT, help="what Brownie wrote")
    functions = best(json.loads(parser.parse_args().report.read_text(encoding="utf-8")))
    if not functions:
        raise SystemExit(
            "the report holds none of the contracts: run brownie test tests/contracts --coverage"
        )
    sums = {kind: Share() for kind in LEAST}
    contracts: dict[str, dict[str, Share]] = {}
    for function, shares in sorted(functions.items()):
        name = function.split(".")[0]
        for kind, share in shares.items():
            sums[kind] += share
            contracts.setdefault(name, {kind: Share() for kind in LEAST})[kind] += share
    for name, shares in contracts.items():
        print(f"{name:22} statements {shares['statements']}   branches {shares['branches']}")
    for function, shares in sorted(functions.items()):
        if any(share.ratio < 1 for share in shares.values()):
            print(
                f"  not whole: {function}: statements {shares['statements']}, branches {shares['branches']}"
            )
    print(f"{'all':22} statements {sums['statements']}   branches {sums['branches']}")
    missed = [
        f"{kind} {sums[kind].ratio:.1%} < {least:.0%}"
        for kind, least in LEAST.items()
        if sums[kind].ratio < least
    ]
    if missed:
        raise SystemExit(f"coverage of the contracts is too low: {', '.join(missed)}")


if __name__ == "__main__":
    main()
