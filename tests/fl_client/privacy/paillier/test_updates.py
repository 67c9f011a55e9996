"""Encrypted updates travel as bytes, name their wrong chunks, and refuse all that is not of their form."""

from __future__ import annotations

import numpy as np
import phe
import pytest

from fl_client.encoding.chunk_tree import ChunkTree, root_from, update_leaf_of
from fl_client.errors import CryptoError
from fl_client.privacy.paillier.cores import Cores
from fl_client.privacy.paillier.number import to_bytes
from fl_client.privacy.paillier.packing import SlotFormat
from fl_client.privacy.paillier.statements import WrongChunk
from fl_client.privacy.paillier.transcript import ProofContext
from fl_client.privacy.paillier.updates import (
    EncryptedUpdate,
    check_update,
    chunk_bytes,
    encrypt_update,
    tree_of_bytes,
)
from tests.fl_client.privacy.paillier.small_key import CONTEXT, KEY, N, P, Q

L = KEY.length
FORMAT = SlotFormat(16, 5, L)
DIMENSION = 7 * FORMAT.slots - 3
CHUNKS = 7
SIZE = chunk_bytes(L)


def values(seed: int = 0) -> np.ndarray:
    drawn = np.random.default_rng(seed).integers(-FORMAT.limit, FORMAT.limit, DIMENSION, endpoint=True)
    return drawn.astype(np.int32)


UPDATE = encrypt_update(KEY, CONTEXT, values(), FORMAT)
DATA = UPDATE.to_bytes()


def with_number(chunk: int, at: int, value: int, length: int) -> bytes:
    """The file with one number of one chunk replaced."""
    start = 16 + chunk * SIZE + at
    return DATA[:start] + to_bytes(value, length) + DATA[start + length :]


def test_an_update_holds_what_was_encrypted() -> None:
    private = phe.PaillierPrivateKey(phe.PaillierPublicKey(int(N)), P, Q)
    plaintexts = [private.raw_decrypt(int(one)) for one in UPDATE.ciphertexts]
    assert (FORMAT.sums(plaintexts, DIMENSION, 1) == values()).all()


def test_an_update_checks() -> None:
    check_update(KEY, CONTEXT, UPDATE)


def test_an_update_comes_back_from_its_bytes() -> None:
    assert EncryptedUpdate.from_bytes(DATA, KEY, CHUNKS) == UPDATE


def test_the_bytes_are_header_and_chunks() -> None:
    assert DATA[:16] == b"GEU1" + b"\0\1" + L.to_bytes(2, "big") + CHUNKS.to_bytes(4, "big") + bytes(4)
    assert DATA[16:] == b"".join(UPDATE.chunk(index) for index in range(CHUNKS))
    assert UPDATE.chunk(2) == to_bytes(UPDATE.ciphertexts[2], 2 * L) + UPDATE.proofs[2]


def test_a_chunk_is_under_the_root() -> None:
    leaf = update_leaf_of(UPDATE.chunk(5)[: 2 * L], UPDATE.chunk(5)[2 * L :])
    assert root_from(leaf, 5, UPDATE.tree.path(5), CHUNKS) == UPDATE.tree.root


def test_the_root_follows_from_the_bytes_alone() -> None:
    assert tree_of_bytes(DATA, KEY, CHUNKS).root == UPDATE.tree.root


def test_a_file_whose_numbers_are_refused_still_has_its_root() -> None:
    bad = with_number(4, 0, 0, 2 * L)
    chunks = [bad[at : at + SIZE] for at in range(16, len(bad), SIZE)]
    leaves = [update_leaf_of(chunk[: 2 * L], chunk[2 * L :]) for chunk in chunks]
    assert tree_of_bytes(bad, KEY, CHUNKS).root == ChunkTree(leaves).root != UPDATE.tree.root


@pytest.mark.parametrize("place", range(CHUNKS))
def test_a_wrong_proof_is_named(place: int) -> None:
    proofs = list(UPDATE.proofs)
    proofs[place] = proofs[place][:-1] + bytes([proofs[place][-1] ^ 1])
    with pytest.raises(WrongChunk, match=f"chunk {place}: its proof") as wrong:
        check_update(KEY, CONTEXT, EncryptedUpdate(L, UPDATE.ciphertexts, tuple(proofs)))
    assert wrong.value.chunk == place


def test_an_update_is_worth_nothing_in_another_context() -> None:
    with pytest.raises(WrongChunk, match="chunk 0: its proof"):
        check_update(KEY, ProofContext(bytes(32)), UPDATE)


def test_a_copied_chunk_is_wrong_where_it_was_copied_to() -> None:
    ciphertexts, proofs = list(UPDATE.ciphertexts), list(UPDATE.proofs)
    ciphertexts[6], proofs[6] = ciphertexts[1], proofs[1]
    with pytest.raises(WrongChunk, match="chunk 6"):
        check_update(KEY, CONTEXT, EncryptedUpdate(L, tuple(ciphertexts), tuple(proofs)))


@pytest.mark.parametrize("length", [0, 4, 15, 16, 17, len(DATA) - SIZE, len(DATA) - 1, len(DATA) + 1])
def test_bytes_of_another_length_are_refused(length: int) -> None:
    with pytest.raises(CryptoError, match="bytes"):
        EncryptedUpdate.from_bytes((DATA + bytes(1))[:length], KEY, CHUNKS)


@pytest.mark.parametrize("byte", range(16))
def test_no_byte_of_the_header_may_differ(byte: int) -> None:
    changed = bytearray(DATA)
    changed[byte] ^= 1
    with pytest.raises(CryptoError, match="do not begin as 7 chunks of GEU1"):
        EncryptedUpdate.from_bytes(bytes(changed), KEY, CHUNKS)


@pytest.mark.parametrize("count", [1, 6, 8, 2**32 - 1])
def test_another_number_of_chunks_than_the_task_has_is_refused(count: int) -> None:
    with pytest.raises(CryptoError, match="do not begin as"):
        EncryptedUpdate.from_bytes(DATA, KEY, count)


@pytest.mark.parametrize("count", [8, 2**32 - 1])
def test_a_header_cannot_promise_more_than_comes(count: int) -> None:
    """The size is compared before anything is made of it."""
    data = DATA[:8] + count.to_bytes(4, "big") + DATA[12:]
    with pytest.raises(CryptoError, match=f"a statement of {len(DATA)} bytes"):
        EncryptedUpdate.from_bytes(data, KEY, count)


@pytest.mark.parametrize(
    "bad",
    [0, 1, KEY.square + 1, (1 << 16 * L) - 1, N, 3 * N, P, Q * Q],
    ids=["0", "1", "n2+1", "longest", "n", "3n", "p", "qq"],
)
@pytest.mark.parametrize("place", [0, 3, CHUNKS - 1])
def test_a_ciphertext_that_is_none_is_named(bad: int, place: int) -> None:
    with pytest.raises(WrongChunk) as wrong:
        EncryptedUpdate.from_bytes(with_number(place, 0, bad, 2 * L), KEY, CHUNKS)
    assert wrong.value.chunk == place


@pytest.mark.parametrize("bad", [0, KEY.square, KEY.square + 1, N, P], ids=["0", "n2", "n2+1", "n", "p"])
def test_a_commitment_that_is_no_unit_is_named(bad: int) -> None:
    with pytest.raises(WrongChunk, match="chunk 4"):
        EncryptedUpdate.from_bytes(with_number(4, 2 * L, bad, 2 * L), KEY, CHUNKS)


def test_a_response_above_the_modulus_is_named() -> None:
    with pytest.raises(WrongChunk, match="chunk 2: the response"):
        EncryptedUpdate.from_bytes(with_number(2, 4 * L, N, L), KEY, CHUNKS)


def test_a_value_out_of_range_is_refused() -> None:
    beyond = values()
    beyond[40] = FORMAT.limit + 1
    with pytest.raises(CryptoError, match="value 40 is out of the range"):
        encrypt_update(KEY, CONTEXT, beyond, FORMAT)


def test_a_format_of_another_length_is_refused() -> None:
    with pytest.raises(CryptoError, match="a format for 256 bytes"):
        encrypt_update(KEY, CONTEXT, values(), SlotFormat(16, 5, 256))


def test_an_update_of_nothing_is_refused() -> None:
    with pytest.raises(CryptoError, match="0 ciphertexts with 0 proofs"):
        EncryptedUpdate(L, (), ())


def test_fewer_proofs_than_ciphertexts_are_refused() -> None:
    with pytest.raises(CryptoError, match="7 ciphertexts with 6 proofs"):
        EncryptedUpdate(L, UPDATE.ciphertexts, UPDATE.proofs[1:])


def test_several_cores_make_and_check_the_same_update() -> None:
    many = np.tile(values(), 160)
    told = []
    with Cores(2, lambda name, done, total: told.append((name, done, total))) as cores:
        update = encrypt_update(KEY, CONTEXT, many, FORMAT, cores=cores)
        check_update(KEY, CONTEXT, update, cores=cores)
        check_update(KEY, CONTEXT, update)
        proofs = list(update.proofs)
        proofs[1_000], proofs[70] = proofs[70], proofs[1_000]
        with pytest.raises(WrongChunk, match="chunk 70:"):
            check_update(KEY, CONTEXT, EncryptedUpdate(L, update.ciphertexts, tuple(proofs)), cores=cores)
    count = len(update.ciphertexts)
    assert ("encrypting", count, count) in told and ("checking", count, count) in told
