"""Measure gas, encoding time, accuracy and learning; print the tables of docs/benchmarks.md (`--write` renews them).

Gas is exact; times depend on the machine, so they are given as measured here and as ratios where two things are
compared. Everything runs on the embedded chain. Learning at real size takes the better part of an hour and needs
Fashion-MNIST (Debian's dataset-fashion-mnist, or --data): it runs with --learning, and with --long ten minutes more.
Processes on a node (--network) take five minutes, rounds to a target (--targets) an hour, an encrypted round
(--encryption) some minutes.
"""

import argparse
import sys
from pathlib import Path

from benchmarks import table
from benchmarks.deepchain import NOTES as DEEPCHAIN_NOTES
from benchmarks.deepchain import Experiment, deepchain
from benchmarks.demonstration import demonstration
from benchmarks.disputes import dispute_gas, rule_gas
from benchmarks.encoding import encoding_time
from benchmarks.encryption import NOTES as ENCRYPTION_NOTES
from benchmarks.encryption import encryption
from benchmarks.latency import LATENCY_NOTES, simulated_epochs
from benchmarks.learning import NOTES, TARGET_NOTES, Scale, against_plain_loop, long_run, to_target
from benchmarks.network import NOTES as NETWORK_NOTES
from benchmarks.network import network
from benchmarks.rounds import round_gas

BENCHMARKS = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
CHAIN, LEARNING, LONG = "Gas, encoding and the demonstration", "Learning at real size", "The long run"
NETWORK = "Processes on a node"
TARGETS = "Rounds to a target"
ENCRYPTION = "Encrypted rounds"
DEEPCHAIN = "DeepChain's experiment"
LATENCY = "Latency of a round, simulated"


def main(arguments: list[str] | None = None) -> int:
    """Print the tables; with --write put them into docs/benchmarks.md."""
    given = options().parse_args(arguments)
    sections = {}
    parts = (
        given.learning,
        given.long,
        given.network,
        given.targets,
        given.encryption,
        given.latency,
        given.deepchain,
    )
    usual = not any(parts)
    if given.network:
        sections[NETWORK] = table.section([*network()], NETWORK_NOTES)
    if given.encryption or usual:
        sections[ENCRYPTION] = table.section([*encryption()], ENCRYPTION_NOTES)
    if given.deepchain:
        sections[DEEPCHAIN] = table.section([*deepchain(Experiment(data=given.data))], DEEPCHAIN_NOTES)
    if usual:
        rows = [*round_gas(), *dispute_gas(), *rule_gas(), *encoding_time(), *demonstration(given.seeds)]
        sections[CHAIN] = table.section(rows, table.NOTES)
    if given.latency or usual:
        sections[LATENCY] = table.section([*simulated_epochs()], LATENCY_NOTES)
    scale = Scale(
        data=given.data, rounds=given.rounds, fedavg_cap=given.fedavg_cap, fedsgd_cap=given.fedsgd_cap
    )
    if given.learning:
        sections[LEARNING] = table.section([*against_plain_loop(scale)], NOTES)
    if given.targets:
        sections[TARGETS] = table.section([*to_target(scale)], TARGET_NOTES)
    if given.long:
        sections[LONG] = table.section([*long_run(scale)], "")
    for heading, text in sections.items():
        print(f"## {heading}\n\n{text}")
    if given.write:
        earlier = BENCHMARKS.read_text(encoding="utf-8") if BENCHMARKS.exists() else ""
        BENCHMARKS.write_text(table.page(sections, earlier), encoding="utf-8")
    return 0


def options() -> argparse.ArgumentParser:
    """What the command line takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--write", action="store_true", help="renew docs/benchmarks.md; what is not measured stays"
    )
    parser.add_argument("--seeds", type=int, default=5, help="seeds of the demonstration (5)")
    parser.add_argument("--learning", action="store_true", help="measure learning at real size instead")
    parser.add_argument("--long", action="store_true", help="measure 20 rounds of the CNN with 100 clients")
    parser.add_argument("--targets", action="store_true", help="measure rounds to a target accuracy")
    parser.add_argument("--network", action="store_true", help="measure processes on a node instead")
    parser.add_argument(
        "--encryption", action="store_true", help="measure what an encrypted round costs a party only"
    )
    parser.add_argument(
        "--deepchain", action="store_true", help="measure DeepChain's experiment, in the clear, instead"
    )
    parser.add_argument(
        "--latency", action="store_true", help="measure the simulation of a round's latency only"
    )
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="Fashion-MNIST's files")
    parser.add_argument("--rounds", type=int, default=3, help="of federation and plain loop (%(default)s)")
    parser.add_argument("--fedavg-cap", type=int, default=200, help="most rounds of FedAvg (%(default)s)")
    parser.add_argument("--fedsgd-cap", type=int, default=1_000, help="most rounds of FedSGD (%(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
