"""Files of shares and results: fixed bytes, and every number in its range."""

from __future__ import annotations

import pytest

from fl_client.encoding.chunk_tree import ChunkTree, leaf_of
from fl_client.errors import CryptoError
from fl_client.privacy.paillier.number import number, to_bytes
from fl_client.privacy.paillier.statements import (
    ResultFile,
    SharesFile,
    WrongChunk,
    batch_proof_bytes,
)
from tests.fl_client.privacy.paillier.small_key import KEY, N, P, Q

L = KEY.length
SHARES = SharesFile(L, tuple(number(7**power) for power in range(1, 6)), bytes(range(225)))
RESULT = ResultFile(L, (number(0), N - 1, number(5)), (number(3), N - 2, number(9)))


def header(magic: bytes, count: int) -> bytes:
    return magic + b"\0\1" + L.to_bytes(2, "big") + count.to_bytes(4, "big") + bytes(4)


def with_number(data: bytes, at: int, value: int) -> bytes:
    start = 16 + at * L
    return data[:start] + to_bytes(value, L) + data[start + L :]


def test_shares_are_header_shares_and_proof() -> None:
    shares = b"".join(to_bytes(share, L) for share in SHARES.shares)
    assert SHARES.to_bytes() == header(b"GES1", 5) + shares + SHARES.proof


def test_a_result_is_header_and_openings() -> None:
    pairs = zip(RESULT.plaintexts, RESULT.roots, strict=True)
    openings = b"".join(to_bytes(one, L) for pair in pairs for one in pair)
    assert RESULT.to_bytes() == header(b"GER1", 3) + openings


def test_shares_come_back_from_their_bytes() -> None:
    assert SharesFile.from_bytes(SHARES.to_bytes(), KEY, 5) == SHARES


def test_a_result_comes_back_from_its_bytes() -> None:
    assert ResultFile.from_bytes(RESULT.to_bytes(), KEY, 3) == RESULT


def test_trees_are_over_the_chunks() -> None:
    assert SHARES.tree.root == ChunkTree([leaf_of(to_bytes(one, L)) for one in SHARES.shares]).root
    assert RESULT.tree.root == ChunkTree([leaf_of(RESULT.chunk(index)) for index in range(3)]).root


def test_a_batch_proof_of_another_length_is_not_written() -> None:
    with pytest.raises(CryptoError, match="a batch proof of 3 bytes"):
        SharesFile(L, SHARES.shares, b"abc").to_bytes()


def test_plaintexts_without_roots_are_not_written() -> None:
    with pytest.raises(CryptoError, match="3 plaintexts and 2 roots"):
        ResultFile(L, RESULT.plaintexts, RESULT.roots[1:]).to_bytes()


def test_the_batch_proof_of_2048_bits_has_801_bytes() -> None:
    assert batch_proof_bytes(256) == 801 and batch_proof_bytes(L) == 225


@pytest.mark.parametrize(
    "bad", [0, N, N + 1, (1 << 8 * L) - 1, P, 2 * Q], ids=["0", "n", "n+1", "longest", "p", "2q"]
)
@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_share_that_is_no_unit_is_named(bad: int, place: int) -> None:
    with pytest.raises(WrongChunk) as wrong:
        SharesFile.from_bytes(with_number(SHARES.to_bytes(), place, bad), KEY, 5)
    assert wrong.value.chunk == place


@pytest.mark.parametrize("bad", [0, N, N + 1, P], ids=["0", "n", "n+1", "p"])
def test_a_root_that_is_no_unit_is_named(bad: int) -> None:
    with pytest.raises(WrongChunk, match="chunk 1"):
        ResultFile.from_bytes(with_number(RESULT.to_bytes(), 3, bad), KEY, 3)


def test_a_plaintext_above_the_modulus_is_named() -> None:
    with pytest.raises(WrongChunk, match="chunk 2: a number in it is not below the modulus"):
        ResultFile.from_bytes(with_number(RESULT.to_bytes(), 4, N), KEY, 3)


@pytest.mark.parametrize("kind", [SharesFile, ResultFile])
@pytest.mark.parametrize("change", [-1, 1, -L, L])
def test_files_of_another_length_are_refused(kind: type[SharesFile] | type[ResultFile], change: int) -> None:
    statement, count = (SHARES, 5) if kind is SharesFile else (RESULT, 3)
    data = (statement.to_bytes() + bytes(L))[: len(statement.to_bytes()) + change]
    with pytest.raises(CryptoError, match="a statement of"):
        kind.from_bytes(data, KEY, count)


@pytest.mark.parametrize("byte", range(16))
def test_no_byte_of_a_header_may_differ(byte: int) -> None:
    changed = bytearray(SHARES.to_bytes())
    changed[byte] ^= 128
    with pytest.raises(CryptoError, match="do not begin as 5 chunks of GES1"):
        SharesFile.from_bytes(bytes(changed), KEY, 5)


def test_one_kind_is_not_read_as_another() -> None:
    with pytest.raises(CryptoError, match="do not begin as 3 chunks of GES1"):
        SharesFile.from_bytes(RESULT.to_bytes(), KEY, 3)


def test_what_is_in_a_file_is_not_in_its_repr() -> None:
    assert repr(SHARES) == f"SharesFile(length={L})" and repr(RESULT) == f"ResultFile(length={L})"
