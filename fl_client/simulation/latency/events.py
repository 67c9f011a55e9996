"""One epoch as a queue of events: who does what when, in the seven steps of BlockFL's section II.

Slow and plain on purpose: it keeps each device with its miner and each block on its way, so that the arrays of
``epochs`` and the formulas of ``closed_form`` have something to be held against.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from fl_client.errors import ConfigError
from fl_client.simulation.latency.parameters import LatencyParameters, Start, checked_rate

_MOST_ATTEMPTS = 100_000


class Kind(StrEnum):
    """What happened."""

    TRAINED = "device has trained"
    UPLOADED = "update has arrived at its miner"
    MINING = "miner has all updates and looks for a nonce"
    FOUND = "miner has found a block"
    ARRIVED = "block has arrived at a miner"
    FORKED = "miner has found a block of its own meanwhile: fork"
    RESTARTED = "everybody begins again"
    DOWNLOADED = "device has the block"
    UPDATED = "device has the new model"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Event:
    """Something that happened.

    Attributes:
        at: seconds from the epoch's beginning.
        kind: what.
        who: number of the device or miner, from 0.
    """

    at: float
    kind: Kind
    who: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """An epoch's events.

    Attributes:
        events: by time.
        miner_of: int, the miner of each device in the attempt that succeeded.
        attempts: blocks that were begun.
        seconds: the epoch's latency.
    """

    events: tuple[Event, ...] = field(repr=False)
    miner_of: tuple[int, ...]
    attempts: int
    seconds: float


def trace_epoch(
    parameters: LatencyParameters,
    rate_hz: float,
    *,
    generator: np.random.Generator,
    start: Start = Start.PADDED,
) -> Trace:
    """Let one epoch happen.

    Args:
        parameters: the network.
        rate_hz: lambda, blocks a second of one miner, > 0.
        generator: the only source of randomness.
        start: when miners begin.

    Raises:
        ConfigError: the rate is out of its range, or every attempt forks.
    """
    checked_rate(rate_hz)
    events: list[Event] = []
    now = 0.0
    for attempt in range(1, _MOST_ATTEMPTS + 1):
        miner_of = generator.integers(parameters.miners, size=parameters.devices)
        happened, now, forked = _attempt(parameters, rate_hz, start, now, miner_of.tolist(), generator)
        events += happened
        if not forked:
            events += _after_block(parameters, now)
            return Trace(
                events=tuple(events),
                miner_of=tuple(miner_of.tolist()),
                attempts=attempt,
                seconds=events[-1].at,
            )
        events.append(Event(at=now, kind=Kind.RESTARTED, who=0))
    raise ConfigError(f"{_MOST_ATTEMPTS} attempts forked at {rate_hz:g} Hz: lower the block rate")


def _attempt(
    parameters: LatencyParameters,
    rate_hz: float,
    start: Start,
    began: float,
    miner_of: list[int],
    generator: np.random.Generator,
) -> tuple[list[Event], float, bool]:
    """From training to a block that all miners have, or to a fork: events, when it ended, whether it forked."""
    queue = list(_training(parameters, began, generator))
    queue += _mining(parameters, start, began, miner_of, queue)
    heapq.heapify(queue)
    happened: list[Event] = []
    winner: int | None = None
    informed: set[int] = set()
    forked, ends = False, began
    while queue:
        event = heapq.heappop(queue)
        if event.kind is Kind.MINING:
            # Also while somebody else's block is on its way: it hears of that one, or finds its own before.
            found = event.at + generator.exponential(1 / rate_hz)
            heapq.heappush(queue, Event(at=found, kind=Kind.FOUND, who=event.who))
        elif event.kind is Kind.FOUND:
            if event.who in informed:
                continue  # the winner's block came first and ended this search
            if winner is None:
                winner, ends = event.who, event.at + parameters.propagation_seconds
                for other in set(range(parameters.miners)) - {winner}:
                    heapq.heappush(queue, Event(at=ends, kind=Kind.ARRIVED, who=other))
            else:
                forked = True
                event = Event(at=event.at, kind=Kind.FORKED, who=event.who)
        elif event.kind is Kind.ARRIVED:
            informed.add(event.who)
        happened.append(event)
        if winner is not None and len(informed) == parameters.miners - 1:
            break
    return happened, ends, forked


def _training(parameters: LatencyParameters, began: float, generator: np.random.Generator) -> Iterator[Event]:
    """Steps 1 and 2: each device trains and uploads."""
    samples = generator.integers(
        parameters.least_samples, parameters.most_samples, size=parameters.devices, endpoint=True
    )
    for device, count in enumerate(samples.tolist()):
        trained = began + parameters.sample_bits * count / parameters.clock_hz
        yield Event(at=trained, kind=Kind.TRAINED, who=device)
        yield Event(at=trained + parameters.upload_seconds, kind=Kind.UPLOADED, who=device)


def _mining(
    parameters: LatencyParameters, start: Start, began: float, miner_of: list[int], training: list[Event]
) -> Iterator[Event]:
    """Step 3: when each miner has verified all updates and begins."""
    uploaded = {event.who: event.at for event in training if event.kind is Kind.UPLOADED}
    waited = began + parameters.wait_seconds
    for miner in range(parameters.miners):
        own = [uploaded[device] for device, chosen in enumerate(miner_of) if chosen == miner]
        complete = max(own, default=began) + parameters.exchange_seconds(len(miner_of) - len(own))
        at = waited if start is Start.PADDED else max(waited, complete)
        yield Event(at=at, kind=Kind.MINING, who=miner)


def _after_block(parameters: LatencyParameters, now: float) -> list[Event]:
    """Steps 6 and 7: every device downloads the block and computes the model from it."""
    devices, there = range(parameters.devices), now + parameters.download_seconds
    loaded = [Event(at=there, kind=Kind.DOWNLOADED, who=device) for device in devices]
    updated = there + parameters.update_seconds
    return loaded + [Event(at=updated, kind=Kind.UPDATED, who=device) for device in devices]
