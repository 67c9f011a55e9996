"""Learning at real size: the federation against the plain loop, in time, accuracy and rounds.

Fashion-MNIST with the networks of McMahan et al. 1602.05629, section 3.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fl_client.learning import TaskData, load_task
from fl_client.simulation import DemoSettings, Federation

from .plain_fedavg import LatticeFedAvg, Loop, NudgedFedAvg, PlainFedAvg, Setting, rounds_to
from .stopwatch import Stopwatch
from .table import Row, mark

OVERHEAD = 1.10
"""How much longer the federation may take than the plain loop, its auditor not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How large the measurements are; the defaults are the real ones."""

    data: Path | None = None
    seeds: int = 3
    trainers: int = 10
    rounds: int = 3
    cnn: str = "fashion-mnist"
    perceptron: str = "fashion-mnist-2nn"
    cnn_rate: float = 0.1
    fedavg_rate: float = 0.1
    fedsgd_rate: float = 0.3
    clients: int = 100
    fraction: float = 0.1
    target: float = 0.85
    fedavg_cap: int = 200
    fedsgd_cap: int = 1_000
    long_rounds: int = 20


# ---------------------------------------------------------------------- federation against plain loop


@dataclass(slots=True, kw_only=True)
class Pair:
    """One federation and one plain loop with the same seed, run round by round in turns.

    Attributes:
        watch: where the federation's seconds went, its auditor's apart.
        plain: the plain loop's seconds, by the same names.
        federated, floats: accuracy of both after the last round.
    """

    watch: Stopwatch
    plain: Stopwatch
    federated: float
    floats: float


def run_pair(scale: Scale, seed: int) -> Pair:
    """Run both; a round of the one, then a round of the other, in one process and one thread."""
    setting = Setting(
        task=scale.cnn,
        data=scale.data,
        clients=scale.trainers,
        epochs=1,
        batch_size=10,
        learning_rate=scale.cnn_rate,
        seed=seed,
    )
    with tempfile.TemporaryDirectory() as folder:
        federation = Federation(
            DemoSettings(
                task=setting.task,
                data=setting.data,
                participants=setting.clients,
                rounds=scale.rounds,
                partition=setting.partition,
                epochs=setting.epochs,
                batch_size=setting.batch_size,
                learning_rate=setting.learning_rate,
                seed=seed,
                honest=True,
                out=Path(folder),
            )
        )
        loop = PlainFedAvg(setting, federation.data)
        watch, plain = Stopwatch.of_federation(federation), Stopwatch()
        plain.wrap(loop, "score", "evaluation")
        for learner in loop.learners:
            plain.wrap(learner, "train", "learning")
        rounds = federation.run()
        federated = floats = 0.0
        for number in range(1, scale.rounds + 1):
            with watch.running():
                federated = next(rounds).accuracy
            with plain.running():
                loop.round(number)
                floats = loop.score().metric
            say(f"seed {seed}, round {number}: {watch.total:.1f} s and {plain.total:.1f} s so far")
        with watch.running():
            for _ in rounds:
                raise AssertionError("the federation ran a round more than it was told")
    return Pair(watch=watch, plain=plain, federated=federated, floats=floats)


def against_plain_loop(scale: Scale) -> Iterator[Row]:
    """Wall time and accuracy of the federation and of the plain loop, and where the federation's time goes."""
    pairs = [run_pair(scale, seed) for seed in range(scale.seeds)]
    what = f"{scale.cnn}, {scale.trainers} trainers, E=1, B=10, {scale.rounds} rounds"
    ours = [pair.watch.total - pair.watch.seconds["auditor"] for pair in pairs]
    theirs = [pair.plain.total for pair in pairs]
    ratio = sum(ours) / sum(theirs)
    each = ", ".join(f"{one / other:.3f}" for one, other in zip(ours, theirs, strict=True))
    yield (
        f"federation / plain loop, wall time: {what}, {scale.seeds} seeds",
        f"{ratio:.3f}",
        f"<= {OVERHEAD:.2f}",
        mark(ratio <= OVERHEAD),
    )
    yield ("  by seed", each, "", "")
    bare = (
        [one - pair.watch.seconds["evaluation"] for one, pair in zip(ours, pairs, strict=True)],
        [one - pair.plain.seconds["evaluation"] for one, pair in zip(theirs, pairs, strict=True)],
    )
    yield ("  the same without scoring the models", f"{sum(bare[0]) / sum(bare[1]):.3f}", "stated", "")
    yield ("  plain loop, a round (s)", f"{sum(theirs) / scale.seeds / scale.rounds:.2f}", "", "")
    for name in sorted({name for pair in pairs for name in pair.watch.seconds}):
        seconds = sum(pair.watch.seconds[name] for pair in pairs) / scale.seeds / scale.rounds
        yield (
            f"  federation, a round: {name} (s)",
            f"{seconds:.2f}",
            "not counted" if name == "auditor" else "",
            "",
        )
    federated = statistics.mean(pair.federated for pair in pairs)
    floats = statistics.mean(pair.floats for pair in pairs)
    yield (f"accuracy of the federation, mean of {scale.seeds} seeds", f"{federated:.4f}", "", "")
    yield (
        "  less that of the plain loop",
        f"{federated - floats:+.4f}",
        "within 0.002",
        mark(abs(federated - floats) <= 0.002),
    )


# ---------------------------------------------------------------------- rounds to a target


def to_target(scale: Scale) -> Iterator[Row]:
    """Rounds to the target with the perceptron on two-digit shards: FedAvg and FedSGD, both loops."""
    common = Setting(
        task=scale.perceptron,
        data=scale.data,
        clients=scale.clients,
        fraction=scale.fraction,
        partition="shards",
        epochs=5,
        batch_size=10,
        learning_rate=scale.fedavg_rate,
    )
    fedsgd = replace(common, epochs=1, batch_size=0, learning_rate=scale.fedsgd_rate)
    data = load_task(common.task, data_dir=common.data).data()
    found: dict[tuple[str, str], float | None] = {}
    for name, setting, cap in (
        ("FedAvg E=5 B=10", common, scale.fedavg_cap),
        ("FedSGD", fedsgd, scale.fedsgd_cap),
    ):
        for path, kind in (
            ("plain floats", PlainFedAvg),
            ("plain floats from a first model on the lattice", NudgedFedAvg),
            ("through the lattice", LatticeFedAvg),
        ):
            rounds, best = reach(kind(setting, data), scale.target, cap, f"{name}, {path}")
            found[name, path] = rounds
            shown = f"not in {cap} (best {best:.4f})" if rounds is None else f"{rounds:.1f}"
            where = f"{scale.clients} clients, C={scale.fraction}, shards, rate {setting.learning_rate}"
            yield (f"rounds to {scale.target} of {setting.task}, {where}: {name}, {path}", shown, "", "")
    fast, slow = found["FedAvg E=5 B=10", "through the lattice"], found["FedSGD", "through the lattice"]
    if fast is not None:
        least = slow or scale.fedsgd_cap
        yield ("  FedSGD / FedAvg, through the lattice", f"{'' if slow else '> '}{least / fast:.1f}", "", "")


def reach(loop: Loop, target: float, cap: int, name: str) -> tuple[float | None, float]:
    """Run until the target is reached or the cap; the rounds to it, and the best metric."""
    curve: list[float] = []
    for value in loop.accuracies(cap):
        curve.append(value)
        if len(curve) % 10 == 0:
            say(f"{name}: round {len(curve)}, best {max(curve):.4f}")
        if value >= target:
            break
    return rounds_to(target, curve), max(curve)


# ---------------------------------------------------------------------- the long run


def long_run(scale: Scale, data: TaskData | None = None) -> Iterator[Row]:
    """FedAvg's CNN with a tenth of the clients a round, through the lattice."""
    setting = Setting(
        task=scale.cnn,
        data=scale.data,
        clients=scale.clients,
        fraction=scale.fraction,
        epochs=5,
        batch_size=10,
        learning_rate=scale.cnn_rate,
    )
    started, curve = time.perf_counter(), []
    for value in LatticeFedAvg(setting, data).accuracies(scale.long_rounds):
        curve.append(value)
        say(f"{setting.task}: round {len(curve)}, {value:.4f}")
    minutes = (time.perf_counter() - started) / 60
    what = f"{setting.task}, {setting.clients} clients, C={setting.fraction}, E=5, B=10, IID, through the lattice"
    for number in sorted({min(number, len(curve)) for number in (5, 10, scale.long_rounds)}):
        yield (f"accuracy after {number} rounds: {what}", f"{curve[number - 1]:.4f}", "", "")
    yield ("  minutes", f"{minutes:.1f}", "", "")


def say(line: str) -> None:
    """Progress, beside the tables."""
    print(line, file=sys.stderr, flush=True)


NOTES = """Notes:

- Federation and plain loop share model, shares, seeds, order of samples and local training, and take turns round by
  round in one process, one thread. The plain loop has no chain, no store and no lattice. Setting up (loading the data,
  deploying) is not timed, joining and the end of the task are. The auditor is a role of its own that recomputes every
  round; its time is not counted.
- In one process the roles share what one of them fetched and verified (`VerifiedVectors`); the auditor shares nothing.
  On machines of their own every trainer verifies every update.
"""

TARGET_NOTES = """Notes:

- Runs with 100 clients go through the federation's learning path without a chain: quantised differences, mean in
  integers. With equal seeds a federation ends in the same bits (`tests/scripts/test_plain_fedavg.py`).
- Rounds to a target follow the paper's rule: best so far, linear between two rounds; its rates are tuned for each
  setting, the ones here are those that are stated.
- The curves are flat and noisy where they cross 0.85. The loop from a first model on the lattice is a control: floats
  all the way, and one rounding, before the first round. What lies between it and the plain loop is what a difference
  of half a step of the lattice makes of such a crossing.
"""
