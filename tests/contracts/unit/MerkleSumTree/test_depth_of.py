"""Chunks and depth follow from the dimension."""

from __future__ import annotations

from typing import Any

import pytest

from fl_client.encoding import VectorFormat, VectorKind

DIMENSIONS = [1, 63, 64, 65, 128, 129, 192, 193, 256, 257, 25_991 * 64, 1_663_370, (64 << 20) - 1, 64 << 20]


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_chunks_and_depth_are_the_clients(harness: Any, dimension: int) -> None:
    form = VectorFormat(dimension=dimension, kind=VectorKind.MODEL)
    assert harness.chunksOf(dimension) == form.chunks
    assert harness.depthOf(dimension) == form.depth


def test_depth_is_the_least_that_has_room(harness: Any) -> None:
    for chunks in range(1, 66):
        depth = harness.depthOf(64 * chunks)
        assert 2**depth >= chunks
        assert depth == 0 or 2 ** (depth - 1) < chunks
