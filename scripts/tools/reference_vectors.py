"""Write tests/data/robust_rules.json: what other people's implementations of the robust rules give on random updates.

Needs byzfl 0.0.11 (MIT) in an environment of its own: it depends on torchvision and more, which nothing here uses.
With that environment's interpreter, from the root of the repository:

    pip install byzfl==0.0.11
    python scripts/tools/reference_vectors.py

Where byzfl is unpacked but the rest of its dependencies are not there, give the folder that holds its `aggregators`:

    python scripts/tools/reference_vectors.py --byzfl path/to/byzfl

Krum, Multi-Krum, mixing, clipping, median, trimmed mean and average are byzfl's. byzfl's Krum counts the n - f - 1
nearest others of an update, the paper's n - f - 2: so byzfl is asked for f + 1 where the rule here is called with f.
FLTrust is not in byzfl; its vectors are the paper's equations 2 to 4 in float64, written down in this file.
"""

import argparse
import importlib
import json
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).resolve().parents[2] / "tests" / "data" / "robust_rules.json"
WIDTH = 5
SPREADS = (1_000, 2_000_000)


def load_byzfl(folder: str | None) -> tuple[Any, Any]:
    """Import byzfl's aggregators and pre-aggregators, without the rest of it if a folder is given.

    Raises:
        SystemExit: byzfl is not there.
    """
    if folder:
        package = types.ModuleType("byzfl")
        package.__path__ = [folder]
        sys.modules["byzfl"] = package
    try:
        return (
            importlib.import_module("byzfl.aggregators.aggregators"),
            importlib.import_module("byzfl.aggregators.preaggregators"),
        )
    except ImportError as error:
        raise SystemExit(
            f"byzfl cannot be imported ({error}): install byzfl==0.0.11, or give --byzfl"
        ) from None


def random_updates(generator: np.random.Generator, count: int, bad: int, spread: int) -> np.ndarray:
    """Return float64 (count, WIDTH) of whole numbers: a cloud, and far from it the last ``bad`` ones."""
    updates = generator.normal(spread, spread, (count, WIDTH))
    updates[count - bad :] = generator.normal(-9 * spread, 4 * spread, (bad, WIDTH))
    return np.rint(updates)


def fltrust(updates: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """Return the paper's aggregate (arXiv 2012.13995, equations 2 to 4)."""
    lengths, own = np.linalg.norm(updates, axis=1), np.linalg.norm(trust)
    scores = np.maximum(0.0, updates @ trust / (lengths * own))
    return (scores * own / lengths) @ updates / scores.sum()


def expected(
    aggregators: Any, mixings: Any, updates: np.ndarray, trust: np.ndarray, bad: int
) -> dict[str, Any]:
    """Return each rule's result, by the name that it has here; float lists."""
    count = len(updates)
    lower_median = float(np.sort(np.linalg.norm(updates, axis=1))[(count - 1) // 2])
    clipped = mixings.Clipping(lower_median)(updates.copy())
    mixed = mixings.NNM(bad)(updates)
    paper = bad + 1
    results = {
        "equal+mean": aggregators.Average()(updates),
        "median": aggregators.Median()(updates),
        "trimmed-mean:0.2": aggregators.TrMean(int(count * 0.2))(updates),
        "clip+median": aggregators.Median()(clipped),
        "clip+trimmed-mean:0.2": aggregators.TrMean(int(count * 0.2))(clipped),
        f"krum:{bad}+mean": aggregators.Krum(paper)(updates),
        f"multi-krum:{bad}:{count - paper}+mean": aggregators.MultiKrum(paper)(updates),
        f"nnm:{bad}+equal+mean": aggregators.Average()(mixed),
        f"nnm:{bad}+median": aggregators.Median()(mixed),
        f"nnm:{bad}+trimmed-mean:0.2": aggregators.TrMean(int(count * 0.2))(mixed),
        f"nnm:{bad}+krum:{bad}+mean": aggregators.Krum(paper)(mixed),
        f"nnm:{bad}+multi-krum:{bad}:{count - paper}+mean": aggregators.MultiKrum(paper)(mixed),
        "fltrust+mean": fltrust(updates, trust),
    }
    return {name: [round(float(x), 6) for x in result] for name, result in results.items()}


def reference_rounds(aggregators: Any, mixings: Any) -> list[dict[str, Any]]:
    """Return all rounds, from fixed seeds."""
    rounds = []
    for seed in range(12):
        generator = np.random.default_rng(seed)
        bad = 1 + seed % 3
        count = 2 * bad + 3 + seed % 5
        updates = random_updates(generator, count, bad, SPREADS[seed % 2])
        trust = np.rint(generator.normal(SPREADS[seed % 2], SPREADS[seed % 2], WIDTH))
        rounds.append(
            {
                "seed": seed,
                "updates": updates.astype(int).tolist(),
                "trust": trust.astype(int).tolist(),
                "expected": expected(aggregators, mixings, updates, trust, bad),
            }
        )
    return rounds


def main(argv: list[str] | None = None) -> int:
    """Write the file; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--byzfl", help="folder of byzfl's sources, where its dependencies are not installed")
    parser.add_argument("--to", type=Path, default=FILE, help="the file to write")
    arguments = parser.parse_args(argv)
    rounds = reference_rounds(*load_byzfl(arguments.byzfl))
    arguments.to.write_text("[\n" + ",\n".join(json.dumps(one) for one in rounds) + "\n]\n", encoding="utf-8")
    print(f"{arguments.to}: {len(rounds)} rounds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
