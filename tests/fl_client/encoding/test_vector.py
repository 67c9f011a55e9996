"""What a vector's format allows."""

from __future__ import annotations

import dataclasses

import pytest

from fl_client.encoding import MAX_DIMENSION, VectorFormat, VectorKind
from fl_client.errors import EncodingError


@pytest.mark.parametrize(
    ("dimension", "chunks", "depth"),
    [(1, 1, 0), (64, 1, 0), (65, 2, 1), (128, 2, 1), (129, 3, 2), (257, 5, 3), (MAX_DIMENSION, 2**20, 20)],
)
def test_chunks_and_depth(dimension: int, chunks: int, depth: int) -> None:
    form = VectorFormat(dimension=dimension, kind=VectorKind.MODEL)
    assert (form.chunks, form.depth) == (chunks, depth)


def test_twenty_fraction_bits_are_the_default() -> None:
    assert VectorFormat(dimension=1, kind=VectorKind.UPDATE).fraction_bits == 20


@pytest.mark.parametrize("dimension", [-1, 0, MAX_DIMENSION + 1, 1.0, True, "7"])
def test_dimension_outside_its_range_is_refused(dimension: object) -> None:
    with pytest.raises(EncodingError, match="coordinates"):
        VectorFormat(dimension=dimension, kind=VectorKind.MODEL)  # type: ignore[arg-type]


@pytest.mark.parametrize("bits", [-1, 31, 20.0, True])
def test_fraction_bits_outside_their_range_are_refused(bits: object) -> None:
    with pytest.raises(EncodingError, match="fraction_bits"):
        VectorFormat(dimension=1, fraction_bits=bits, kind=VectorKind.MODEL)  # type: ignore[arg-type]


def test_kind_that_is_a_plain_number_is_refused() -> None:
    with pytest.raises(EncodingError, match="kind is 1"):
        VectorFormat(dimension=1, kind=1)  # type: ignore[arg-type]


def test_format_cannot_be_changed() -> None:
    form = VectorFormat(dimension=1, kind=VectorKind.MODEL)
    with pytest.raises(dataclasses.FrozenInstanceError):
        form.dimension = 2  # type: ignore[misc]


def test_kinds_have_the_numbers_of_the_chain() -> None:
    assert [(kind.name, int(kind)) for kind in VectorKind] == [("MODEL", 1), ("UPDATE", 2)]
