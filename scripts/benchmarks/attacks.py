"""Every attack against every rule: the tables of docs/attacks.md.

    PYTHONPATH=scripts python -m benchmarks.attacks --write             digits, five seeds, both partitions
    PYTHONPATH=scripts python -m benchmarks.attacks --write --omniscient    the same, attackers that see too much
    PYTHONPATH=scripts python -m benchmarks.attacks --write --fashion   Fashion-MNIST with the 2NN: slow

What one seed gave is kept as a file, and read again by the next run with the same settings.
"""

import argparse
import hashlib
import json
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import torch

from fl_client.learning import LocalTraining
from fl_client.simulation.attacks import DEFAULT_RULE, MODEL_ATTACKS, Cell, GridSettings, run_grid
from fl_client.simulation.attacks.grid import ABSENT, INFLATED, NONE

from . import table

ROOT = Path(__file__).resolve().parents[2]
PAGE, KEPT = ROOT / "docs" / "attacks.md", ROOT / "reports" / "attacks"
TITLE = """# Attacks and rules

Made by `make bench-attacks`. Accuracy on the test part in percent after the last round, mean of the seeds. `none` is
the run without attackers; every other row has two attackers among ten trainers, who collude. They know what the
protocol lets them know: their own work, the public record, and the task's rule. `absent`: their updates are not
accepted, which is what copying, replaying and withholding come to on a chain. A rule's worst case is the lowest mean of
its column; its loss is counted from the plain mean without attackers. `bound:L` is the task's own norm bound: the
contract refuses longer updates, and honest trainers shorten theirs to it."""
PARTITIONS = ("iid", "dirichlet:0.5")
ATTACKS = (
    NONE,
    ABSENT,
    INFLATED,
    *(name for name in MODEL_ATTACKS if name not in ("min-max-std", "stale-copy")),
)
RULES = (
    *("mean", "median", "trimmed-mean:0.2", "krum:2+mean", "multi-krum:2+mean", "clip+mean", "fltrust+mean"),
    *(DEFAULT_RULE, "nnm:2+clip+trimmed-mean:0.2", "bound:1+nnm:2+trimmed-mean:0.2"),
)
WORST_ON_FASHION = ("ipm-optimal", "adaptive", INFLATED)
LIMITS = {"iid": 2.0, "dirichlet:0.5": 5.0}
"""Points that the default rule may lose to the worst attack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """All cells of one seed and partition."""

    settings: GridSettings
    cells: tuple[Cell, ...]

    @property
    def file(self) -> Path:
        """Where its results are kept: another setting or other code, another file."""
        cells = [asdict(cell) for cell in self.cells]
        said = json.dumps([asdict(self.settings), cells, code_digest()], default=str)
        return KEPT / f"{hashlib.sha256(said.encode()).hexdigest()[:20]}.json"


@cache
def code_digest() -> str:
    """What results depend on beside their settings: the client's own code that a grid runs."""
    digest = hashlib.sha256()
    for package in ("aggregation", "encoding", "learning", "simulation/attacks"):
        for file in sorted((ROOT / "fl_client" / package).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


@dataclass(slots=True, kw_only=True)
class Results:
    """Percentages by cell, one a seed; seconds of processor time that they took."""

    accuracy: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    success: dict[str, list[float]] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, kept: dict) -> None:
        """Take one seed in."""
        self.seconds += kept["seconds"]
        for attack, rule, accuracy, success in kept["cells"]:
            self.accuracy.setdefault((attack, rule), []).append(100 * accuracy)
            if success is not None:
                self.success.setdefault(rule, []).append(100 * success)

    def mean(self, attack: str, rule: str) -> float:
        """Mean of the seeds."""
        return statistics.mean(self.accuracy[attack, rule])

    def worst(self, attacks: Sequence[str], rule: str) -> tuple[float, str]:
        """The lowest mean, and whose it is."""
        return min((self.mean(attack, rule), attack) for attack in attacks if attack != NONE)


def measure(job: Job) -> dict:
    """Run one job, or read what an earlier run kept of it."""
    if job.file.exists():
        return json.loads(job.file.read_text(encoding="utf-8"))
    # A model that an attack has ruined is full of numbers too small for their format, which cost ten times the time.
    torch.set_flush_denormal(True)
    started = time.process_time()
    found = run_grid(job.settings, job.cells)
    kept = {
        "partition": job.settings.partition,
        "seed": job.settings.seed,
        "seconds": time.process_time() - started,
        "cells": [[cell.attack, cell.rule, one.accuracy, one.success] for cell, one in found.items()],
    }
    job.file.parent.mkdir(parents=True, exist_ok=True)
    job.file.write_text(json.dumps(kept), encoding="utf-8")
    return kept


def measure_all(jobs: Sequence[Job], workers: int) -> dict[str, Results]:
    """Run all jobs, some at a time; results by partition."""
    found = {job.settings.partition: Results() for job in jobs}
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        running = [pool.submit(measure, job) for job in jobs]
        for number, done in enumerate(as_completed(running), start=1):
            kept = done.result()
            found[kept["partition"]].add(kept)
            say(f"{number} of {len(jobs)}: {kept['partition']}, seed {kept['seed']}, {kept['seconds']:.0f} s")
    return found


def say(line: str) -> None:
    """Progress, beside the tables."""
    print(line, file=sys.stderr, flush=True)


def render(results: Results, attacks: Sequence[str], rules: Sequence[str]) -> str:
    """One partition's table: attacks down, rules across."""
    lines = ["| attack | " + " | ".join(f"`{rule}`" for rule in rules) + " |"]
    lines.append("|---|" + "---:|" * len(rules))
    for attack in attacks:
        figures = " | ".join(f"{results.mean(attack, rule):.1f}" for rule in rules)
        lines.append(f"| {attack} | {figures} |")
    if any(rule in results.success for rule in rules):
        figures = " | ".join(f"{statistics.mean(results.success.get(rule, [0])):.1f}" for rule in rules)
        lines.append(f"| backdoor: triggered images that it turns | {figures} |")
    worst = [results.worst(attacks, rule) for rule in rules]
    clean = results.mean(NONE, "mean")
    lines.append("| **worst of the attacks** | " + " | ".join(f"**{low:.1f}**" for low, _ in worst) + " |")
    lines.append("| by | " + " | ".join(attack for _, attack in worst) + " |")
    lines.append("| lost | " + " | ".join(f"{clean - low:.1f}" for low, _ in worst) + " |")
    seeds = [min(min(results.accuracy[attack, rule]) for attack in attacks[1:]) for rule in rules]
    lines.append("| worst single seed | " + " | ".join(f"{low:.1f}" for low in seeds) + " |")
    return "\n".join(lines)


def grid_sections(given: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """The digits tables, one section a partition."""
    if unknown := set(given.attacks or ()) - set(ATTACKS):
        sys.exit(f"--attacks {' '.join(sorted(unknown))}: the grid has {', '.join(ATTACKS)}")
    attacks = [name for name in ATTACKS if not given.attacks or name in given.attacks or name == NONE]
    rules = list(given.rules or RULES)
    base = GridSettings(rounds=given.rounds, omniscient=given.omniscient)
    jobs = [
        Job(
            settings=replace(base, partition=partition, seed=seed),
            cells=tuple(Cell(attack, rule) for attack in attacks for rule in rules),
        )
        for seed in range(given.seeds)
        for partition in PARTITIONS
    ]
    found = measure_all(jobs, given.jobs)
    knowing = ", attackers that see this round's updates" if given.omniscient else ""
    for partition, results in found.items():
        yield f"Digits, {partition}{knowing}", _section(results, attacks, rules, base, given.seeds, partition)


def _section(
    results: Results,
    attacks: Sequence[str],
    rules: Sequence[str],
    base: GridSettings,
    seeds: int,
    partition: str,
) -> str:
    training = base.training
    said = (
        f"{table.machine()} Ten trainers, {base.rounds} rounds, E={training.epochs}, "
        f"B={training.batch_size or 'inf'}, rate {training.learning_rate}, seeds 0 to {seeds - 1}; "
        f"{results.seconds / 60:.0f} minutes of processor time."
    )
    verdict = ""
    if DEFAULT_RULE in rules:
        low, attack = results.worst(attacks, DEFAULT_RULE)
        lost = results.mean(NONE, "mean") - low
        limit = LIMITS[partition]
        verdict = (
            f"`{DEFAULT_RULE}` loses {lost:.1f} points to the worst attack, {attack}; to reach: at most {limit:.0f}"
            f" ({table.mark(lost <= limit)})."
        )
    return f"{said}\n\n{render(results, attacks, rules)}\n\n{verdict}"


def fashion_section(given: argparse.Namespace) -> tuple[str, str]:
    """The default rule, the mean and the three worst attacks on Fashion-MNIST with the 2NN, three seeds."""
    base = GridSettings(
        task="fashion-mnist-2nn",
        data=given.data,
        rounds=given.fashion_rounds,
        training=LocalTraining(epochs=1, batch_size=50, learning_rate=0.1),
    )
    attacks, rules = (NONE, *WORST_ON_FASHION), ("mean", given.fashion_rule)
    jobs = [
        Job(
            settings=replace(base, seed=seed),
            cells=tuple(Cell(attack, rule) for attack in attacks for rule in rules),
        )
        for seed in range(3)
    ]
    results = measure_all(jobs, given.jobs)["iid"]
    return "Fashion-MNIST, 2NN, iid", _section(results, attacks, rules, base, 3, "iid")


def options() -> argparse.ArgumentParser:
    """What the command line takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--write", action="store_true", help="renew docs/attacks.md; other sections stay")
    parser.add_argument("--seeds", type=int, default=5, help="(%(default)s)")
    parser.add_argument("--rounds", type=int, default=30, help="(%(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (%(default)s)")
    parser.add_argument("--attacks", nargs="+", metavar="NAME", help="only these")
    parser.add_argument("--rules", nargs="+", metavar="RULE", help="only these")
    parser.add_argument("--omniscient", action="store_true", help="attackers see this round's honest updates")
    parser.add_argument("--fashion", action="store_true", help="Fashion-MNIST in place of digits: hours")
    parser.add_argument("--fashion-rounds", type=int, default=10, help="(%(default)s)")
    parser.add_argument("--fashion-rule", default=DEFAULT_RULE, help="(%(default)s)")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="Fashion-MNIST's files")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Print the tables; with --write put them into docs/attacks.md."""
    given = options().parse_args(arguments)
    sections = dict([fashion_section(given)]) if given.fashion else dict(grid_sections(given))
    for heading, text in sections.items():
        print(f"## {heading}\n\n{text}\n")
    if given.write:
        earlier = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        PAGE.write_text(table.page(sections, earlier, TITLE), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
