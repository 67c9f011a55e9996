"""Time to quantise, encode and commit to a large vector."""

import time
from collections.abc import Callable, Iterator

import numpy as np

from fl_client.encoding import MerkleSumTree, VectorFormat, VectorKind, commit_vector, encode, quantise

from .table import CNN, Row


def encoding_time() -> Iterator[Row]:
    """FedAvg's CNN quantised, encoded and rooted."""
    values = np.random.default_rng(0).normal(0, 0.05, CNN).astype(np.float32)
    form = VectorFormat(dimension=CNN, kind=VectorKind.UPDATE)

    def once() -> None:
        vector = quantise(values, form.fraction_bits)
        encode(vector, form)
        commit_vector(MerkleSumTree.build(vector).root, form)

    yield (
        "quantise, encode and root 1.66 M parameters, best of 9 (s)",
        f"{best(once, 9):.3f}",
        "< 0.15",
        "",
    )


def best(work: Callable[[], None], times: int) -> float:
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)
