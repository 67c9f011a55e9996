"""The same round computed in the clear, and who was slashed for what."""

from typing import Any

import numpy as np

from fl_client.chain.contracts import Evidence
from fl_client.encoding import VectorFormat, VectorKind
from fl_client.encoding.fixed_point import LIMIT
from fl_client.privacy.scale import quantise
from fl_client.rounds import seal_vector
from tests.encrypted_stage import FRACTION_BITS, Stage, Steps


def clear(stage: Stage, parties: list[int], *, base: Any = None, round_: int = 1) -> Any:
    """The mean of the same updates, computed in the clear with Python's integers."""
    base = stage.first if base is None else base
    scale, bits = stage.plan.scale_bits, stage.plan.value_bits
    weights = {index: stage.weights.get(index, 1) for index in parties}
    total = sum(weights.values())
    sums = [0] * len(base)
    for index in parties:
        values = quantise(Steps(index).delta(base, round_), scale, bits)
        sums = [one + weights[index] * int(value) for one, value in zip(sums, values, strict=True)]
    moved = []
    for old, one in zip(base, sums, strict=True):
        whole, rest = divmod(abs(one) << scale, total)
        step = (whole + (2 * rest >= total)) * (1 if one >= 0 else -1)
        moved.append(max(-LIMIT, min(LIMIT, int(old) + step)))
    return np.array(moved, dtype=np.int32)


def clear_median(stage: Stage, groups: list[list[int]], **more: Any) -> Any:
    """The median over groups of where each group's mean alone would move the model to."""
    middle = np.median(np.stack([clear(stage, group, **more) for group in groups]).astype(np.int64), axis=0)
    assert np.array_equal(middle, np.rint(middle))  # of an odd number
    return middle.astype(np.int32)


def seal_of(vector: Any) -> bytes:
    form = VectorFormat(dimension=len(vector), fraction_bits=FRACTION_BITS, kind=VectorKind.MODEL)
    return seal_vector(vector, form).commitment


def slashes(stage: Stage) -> list[tuple[str, Evidence]]:
    names = {stage.party(number).address: f"party {number}" for number in range(1, stage.plan.parties + 1)}
    return [(names.get(one.account, "?"), Evidence(one.evidence)) for one in stage.ledger.slashes]
