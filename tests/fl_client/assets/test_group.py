"""Commitments to blocks: the same with and without tables, additive, and bound to every byte."""

from __future__ import annotations

import random

import pytest
from coincurve import PublicKey

from fl_client.assets import BLOCK_BYTES
from fl_client.assets.group import (
    GENERATORS,
    ORDER,
    BlockCommitter,
    blinding,
    combine,
    commit_block,
    read_point,
    sectors_of,
)
from fl_client.errors import CryptoError

DRAW = random.Random(3)


@pytest.fixture(scope="module", params=[1, 5_000], ids=["by half bytes", "by bytes"])
def committer(request: pytest.FixtureRequest) -> BlockCommitter:
    return BlockCommitter(request.param)


@pytest.mark.parametrize("kind", ["random", "zero", "greatest"])
def test_tables_give_the_same_commitment(committer: BlockCommitter, kind: str) -> None:
    block = {"random": DRAW.randbytes(BLOCK_BYTES), "zero": bytes(BLOCK_BYTES)}.get(
        kind, b"\xff" * BLOCK_BYTES
    )
    hiding = DRAW.randrange(1, ORDER)
    assert committer.commit(block, hiding) == commit_block(block, hiding)


def test_a_commitment_is_the_formula_written_out() -> None:
    block = DRAW.randbytes(BLOCK_BYTES)
    terms = [
        generator.multiply(int.from_bytes(block[31 * k : 31 * k + 31], "big").to_bytes(32, "big"))
        for k, generator in enumerate(GENERATORS[1:])
    ]
    terms.append(GENERATORS[0].multiply((5).to_bytes(32, "big")))
    assert commit_block(block, 5) == PublicKey.combine_keys(terms).format()


def test_commitments_add_up() -> None:
    blocks = [DRAW.randbytes(BLOCK_BYTES) for _ in range(2)]
    points = [read_point(commit_block(block, hiding)) for block, hiding in zip(blocks, (5, 6), strict=True)]
    sums = [3 * a + 4 * b for a, b in zip(*map(sectors_of, blocks), strict=True)]
    assert combine([3, 4], points) == combine([3 * 5 + 4 * 6, *sums], GENERATORS)


def test_generators_are_all_different() -> None:
    assert len({point.format() for point in GENERATORS}) == 33


def test_the_order_of_the_group_is_the_curves() -> None:
    below = GENERATORS[0].multiply((ORDER - 1).to_bytes(32, "big"))
    with pytest.raises(CryptoError, match="neutral"):
        combine([1, 1], [GENERATORS[0], below])


@pytest.mark.parametrize("scalars", [[0, 0], [0, ORDER]], ids=["zeros", "the-order"])
def test_a_sum_of_no_points_is_refused_and_does_not_end_the_process(scalars: list[int]) -> None:
    with pytest.raises(CryptoError, match="neutral"):
        combine(scalars, GENERATORS[:2])


def test_blindings_differ_by_block_and_by_secret() -> None:
    found = {blinding(bytes([secret]) * 32, index) for secret in range(3) for index in range(5)}
    assert len(found) == 15


@pytest.mark.parametrize("data", [b"", bytes(33), b"\x02" + b"\xff" * 32, b"\x04" + bytes(32), bytes(65)])
def test_what_is_no_point_is_refused(data: bytes) -> None:
    with pytest.raises(CryptoError):
        read_point(data)
