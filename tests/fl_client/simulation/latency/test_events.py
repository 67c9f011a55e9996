"""One epoch event by event, against the arrays that simulate many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fl_client.simulation.latency import Kind, LatencyParameters, Start, simulate_epochs, trace_epoch

PAPER = LatencyParameters()
TRACES = 800


def traced(network: LatencyParameters, rate: float, start: Start, seed: int = 3) -> list[tuple[float, int]]:
    draw = np.random.default_rng(seed)
    found = (trace_epoch(network, rate, generator=draw, start=start) for _ in range(TRACES))
    return [(one.seconds, one.attempts) for one in found]


@pytest.mark.parametrize(
    ("network", "rate", "start"),
    [
        (PAPER, 0.2618, Start.PADDED),
        (replace(PAPER, devices=30, miners=4), 0.4, Start.ASYNCHRONOUS),
        # The start matters most here: no wait, blocks of some bits, and few forks.
        (replace(PAPER, devices=12, miners=3, wait_seconds=0.0, header_bits=1.0), 2.0, Start.ASYNCHRONOUS),
    ],
)
def test_the_queue_and_the_arrays_simulate_the_same(
    network: LatencyParameters, rate: float, start: Start
) -> None:
    one_by_one = np.array(traced(network, rate, start))
    at_once = simulate_epochs(network, rate, epochs=60_000, generator=np.random.default_rng(4), start=start)
    for column, many in ((0, at_once.seconds), (1, at_once.attempts)):
        error = one_by_one[:, column].std(ddof=1) / np.sqrt(TRACES)
        assert abs(one_by_one[:, column].mean() - many.mean()) < 4 * error


def test_an_epoch_goes_through_its_steps_in_order() -> None:
    trace = trace_epoch(PAPER, 0.02, generator=np.random.default_rng(0))
    times = [event.at for event in trace.events]
    assert trace.attempts == 1
    assert times == sorted(times)
    first = {
        kind: next(e.at for e in trace.events if e.kind is kind)
        for kind in Kind
        if kind in {event.kind for event in trace.events}
    }
    order = [
        Kind.TRAINED,
        Kind.UPLOADED,
        Kind.MINING,
        Kind.FOUND,
        Kind.ARRIVED,
        Kind.DOWNLOADED,
        Kind.UPDATED,
    ]
    assert sorted(first, key=lambda kind: first[kind]) == order
    assert first[Kind.ARRIVED] - first[Kind.FOUND] == pytest.approx(PAPER.propagation_seconds)
    assert trace.seconds == times[-1]


def test_every_device_has_a_miner_trains_and_gets_the_model() -> None:
    trace = trace_epoch(PAPER, 0.05, generator=np.random.default_rng(1))
    assert len(trace.miner_of) == PAPER.devices
    assert set(trace.miner_of) <= set(range(PAPER.miners))
    for kind in (Kind.DOWNLOADED, Kind.UPDATED):
        assert sorted(e.who for e in trace.events if e.kind is kind) == list(range(PAPER.devices))


def test_a_fork_is_a_second_block_before_the_first_has_arrived() -> None:
    trace = trace_epoch(PAPER, 1.0, generator=np.random.default_rng(2))
    assert trace.attempts > 1
    kinds = [event.kind for event in trace.events]
    assert kinds.count(Kind.RESTARTED) == trace.attempts - 1
    assert kinds.count(Kind.FOUND) == trace.attempts
    found = 0.0
    for event in trace.events:
        if event.kind is Kind.FOUND:
            found = event.at
        if event.kind is Kind.FORKED:
            assert found < event.at <= found + PAPER.propagation_seconds


def test_after_a_fork_devices_train_again() -> None:
    trace = trace_epoch(PAPER, 1.0, generator=np.random.default_rng(2))
    trained = sum(event.kind is Kind.TRAINED for event in trace.events)
    assert trained == trace.attempts * PAPER.devices
