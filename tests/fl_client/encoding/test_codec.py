"""The bytes of a vector: they round-trip, and whatever else is refused."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fl_client.encoding import (
    LIMIT,
    MAX_DIMENSION,
    SUM_BOUND,
    MerkleSumTree,
    VectorFormat,
    VectorKind,
    codec,
    decode,
    encode,
    encoded_size,
    wrong_sums,
)
from fl_client.errors import EncodingError
from tests.parity import reference

FORM = VectorFormat(dimension=150, fraction_bits=16, kind=VectorKind.UPDATE)
VECTOR = np.arange(-75, 75, dtype=np.int32)


def encoded() -> bytearray:
    return bytearray(encode(VECTOR, FORM))


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.integers(-LIMIT, LIMIT), min_size=1, max_size=400),
    bits=st.integers(0, 30),
    kind=st.sampled_from(VectorKind),
)
def test_vector_format_and_sums_come_back(values: list[int], bits: int, kind: VectorKind) -> None:
    form = VectorFormat(dimension=len(values), fraction_bits=bits, kind=kind)
    decoded = decode(encode(np.array(values, dtype=np.int32), form), form)
    assert decoded.vector.tolist() == values
    assert decoded.form == form
    assert list(decoded.sums) == [reference.leaf(chunk)[1] for chunk in reference.chunks(values)]


def test_bytes_are_those_of_the_definition() -> None:
    parts = reference.chunks(VECTOR.tolist())
    expected = (
        b"GRDB"
        + struct.pack(">HBBI", 1, 2, 16, 150)
        + bytes(4)
        + b"".join(reference.leaf(part)[1].to_bytes(16, "big") for part in parts)
        + b"".join(parts)[: 4 * 150]
    )
    assert bytes(encoded()) == expected


@pytest.mark.parametrize("dimension", [1, 64, 65, 1000])
def test_size_is_a_function_of_the_format(dimension: int) -> None:
    form = VectorFormat(dimension=dimension, kind=VectorKind.MODEL)
    size = len(encode(np.zeros(dimension, dtype=np.int32), form))
    assert size == encoded_size(form) == 16 + 16 * -(-dimension // 64) + 4 * dimension


@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview])
def test_any_buffer_is_decoded(wrap: type) -> None:
    assert decode(wrap(bytes(encoded()))).vector.tolist() == VECTOR.tolist()


def test_decoded_vector_is_native_and_read_only() -> None:
    vector = decode(bytes(encoded())).vector
    assert vector.dtype == np.dtype(np.int32)
    with pytest.raises(ValueError, match="read-only"):
        vector[0] = 1


def test_decoded_vector_does_not_follow_its_buffer() -> None:
    data = encoded()
    vector = decode(data).vector
    data[-1] ^= 1
    assert vector.tolist() == VECTOR.tolist()


# --- lies in the leaf sums --------------------------------------------------------------------------


def test_honest_vector_has_no_wrong_sums() -> None:
    assert wrong_sums(decode(bytes(encoded()))) == ()


def test_wrong_sums_are_found() -> None:
    true = decode(bytes(encoded())).sums
    claims = (true[0] - 1, true[1], 2**100)
    decoded = decode(encode(VECTOR, FORM, sums=claims), FORM)
    assert decoded.sums == claims
    assert wrong_sums(decoded) == (0, 2)


def test_liars_tree_is_built_again_from_the_file() -> None:
    claims = (1, 2, 3)
    decoded = decode(encode(VECTOR, FORM, sums=claims))
    root = MerkleSumTree.build(decoded.vector, sums=decoded.sums).root
    assert (root.hash, root.sum) == reference.levels(VECTOR.tolist(), claims)[-1][0]


def test_sums_that_no_root_can_carry_are_refused() -> None:
    data = encoded()
    data[16:48] = (SUM_BOUND // 2).to_bytes(16, "big") * 2
    with pytest.raises(EncodingError, match="add up to"):
        decode(data)


# --- hostile bytes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "new", "message"),
    [
        (0, b"GRDA", "begins with"),
        (4, b"\0\2", "encoding version 2"),
        (6, b"\0", "kind 0"),
        (6, b"\3", "kind 3"),
        (7, b"\x1f", "fraction_bits is 31"),
        (8, b"\0\0\0\0", "dimension 0"),
        (8, (MAX_DIMENSION + 1).to_bytes(4, "big"), "dimension 67108865"),
        (12, b"\0\0\0\1", "last 4 bytes must be zero"),
    ],
)
def test_altered_header_is_refused(at: int, new: bytes, message: str) -> None:
    data = encoded()
    data[at : at + len(new)] = new
    with pytest.raises(EncodingError, match=message):
        decode(data)


@pytest.mark.parametrize("length", [0, 15, 16, 663, 665])
def test_other_length_is_refused(length: int) -> None:
    assert encoded_size(FORM) == 664
    with pytest.raises(EncodingError, match=f"has {length} bytes"):
        decode(bytes(encoded()).ljust(length, b"\0")[:length])


def test_huge_dimension_is_refused_before_memory_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def allocate(*_: object, **__: object) -> None:
        raise AssertionError("memory was taken for a file that is too short")

    data = encoded()
    data[8:12] = MAX_DIMENSION.to_bytes(4, "big")
    monkeypatch.setattr(np, "frombuffer", allocate)
    monkeypatch.setattr(codec, "words_from_bytes", allocate)
    with pytest.raises(EncodingError, match="the file has 664 bytes"):
        decode(data)


@pytest.mark.parametrize("coordinate", [0, 149])
def test_smallest_int32_in_the_file_is_refused(coordinate: int) -> None:
    data = encoded()
    at = len(data) - 4 * (150 - coordinate)
    data[at : at + 4] = b"\x80\0\0\0"
    with pytest.raises(EncodingError, match=f"coordinate {coordinate} = -2147483648"):
        decode(data)


@pytest.mark.parametrize(
    "expected",
    [
        VectorFormat(dimension=151, fraction_bits=16, kind=VectorKind.UPDATE),
        VectorFormat(dimension=150, fraction_bits=20, kind=VectorKind.UPDATE),
        VectorFormat(dimension=150, fraction_bits=16, kind=VectorKind.MODEL),
    ],
)
def test_other_format_than_expected_is_refused(expected: VectorFormat) -> None:
    with pytest.raises(EncodingError, match="an update of 150 coordinates with 16 fraction bits; the task"):
        decode(encoded(), expected)


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=400), honest_header=st.booleans())
def test_arbitrary_bytes_are_decoded_to_themselves_or_refused(data: bytes, honest_header: bool) -> None:
    if honest_header:
        data = b"GRDB" + struct.pack(">HBBI", 1, 1, 20, max(1, (len(data) - 16) // 4)) + bytes(4) + data
    try:
        decoded = decode(data)
    except EncodingError:
        return
    assert encode(decoded.vector, decoded.form, sums=decoded.sums) == data


# --- what is not encoded ----------------------------------------------------------------------------


def test_vector_of_another_dimension_is_not_encoded() -> None:
    with pytest.raises(EncodingError, match="149 coordinates; its format says 150"):
        encode(VECTOR[:-1], FORM)


def test_smallest_int32_is_not_encoded() -> None:
    vector = VECTOR.copy()
    vector[3] = -(2**31)
    with pytest.raises(EncodingError, match="coordinate 3"):
        encode(vector, FORM)


def test_too_few_claimed_sums_are_not_encoded() -> None:
    with pytest.raises(EncodingError, match="2 leaf sums"):
        encode(VECTOR, FORM, sums=[0, 0])


def test_strided_vector_is_encoded_as_its_copy() -> None:
    wide = np.arange(300, dtype=np.int32)
    assert encode(wide[::2], FORM) == encode(wide[::2].copy(), FORM)
