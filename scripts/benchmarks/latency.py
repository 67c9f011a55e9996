"""Time to simulate a round's latency, and how far the simulated mean is from the formula."""

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fl_client.simulation.latency import (
    LatencyParameters,
    Start,
    epoch_seconds,
    optimal_rate,
    printed_proposition_1,
    simulate_epochs,
)

from .table import Row, mark

EPOCHS = 200_000

LATENCY_NOTES = """Notes:

- In one process. Proposition 1's rate is the one that the paper prints: nine of ten blocks fork at it.
- What is compared is the mean of all simulated epochs against `epoch_seconds`; a standard error is about 0.15 %.
"""


def simulated_epochs() -> Iterator[Row]:
    """The paper's network at its best rate and at the printed one, and the most miners, with both starts."""
    paper = LatencyParameters()
    many = replace(paper, miners=50)
    for start in Start:
        for name, network, rate in (
            ("10 miners at the best rate", paper, optimal_rate(paper, start)),
            ("10 miners at Proposition 1's rate", paper, printed_proposition_1(paper)),
            ("50 miners at the best rate", many, optimal_rate(many, start)),
        ):
            yield from _measured(f"{name}, {start.value} start", network, rate, start)


def _measured(name: str, network: LatencyParameters, rate: float, start: Start) -> Iterator[Row]:
    began = time.perf_counter()
    sample = simulate_epochs(network, rate, epochs=EPOCHS, generator=np.random.default_rng(0), start=start)
    seconds = time.perf_counter() - began
    yield (f"simulate 200,000 epochs, {name} (s)", f"{seconds:.2f}", "< 5", mark(seconds < 5))
    away = abs(sample.mean_seconds / epoch_seconds(network, rate, start) - 1)
    yield (f"its mean from the formula's, {name}", f"{away:.2%}", "< 1 %", mark(away < 0.01))
