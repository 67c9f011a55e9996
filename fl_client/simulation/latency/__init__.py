"""The latency of a blockchain round: BlockFL's model in closed form, simulated by events, and with failing miners."""

from __future__ import annotations

from fl_client.simulation.latency.closed_form import epoch_seconds, fork_probability, start_seconds
from fl_client.simulation.latency.epochs import EpochSample, simulate_epochs
from fl_client.simulation.latency.events import Event, Kind, Trace, trace_epoch
from fl_client.simulation.latency.malfunction import (
    NO_MALFUNCTION,
    Completion,
    Learning,
    Malfunction,
    compare,
    learn,
)
from fl_client.simulation.latency.optimum import (
    READINGS,
    equation_9_rate,
    optimal_rate,
    printed_proposition_1,
    proposition_1_with_sum,
)
from fl_client.simulation.latency.parameters import LatencyParameters, Link, Start
from fl_client.simulation.latency.regression import GradientOf, RegressionTask

__all__ = [
    "NO_MALFUNCTION",
    "READINGS",
    "Completion",
    "EpochSample",
    "Event",
    "GradientOf",
    "Kind",
    "LatencyParameters",
    "Learning",
    "Link",
    "Malfunction",
    "RegressionTask",
    "Start",
    "Trace",
    "compare",
    "epoch_seconds",
    "equation_9_rate",
    "fork_probability",
    "learn",
    "optimal_rate",
    "printed_proposition_1",
    "proposition_1_with_sum",
    "simulate_epochs",
    "start_seconds",
    "trace_epoch",
]
