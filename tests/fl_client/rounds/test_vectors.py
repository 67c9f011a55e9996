"""Vectors out of a store: verified once for all roles of a process, and never less than was asked."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fl_client.encoding import MerkleSumTree, VectorFormat, VectorKind, encode
from fl_client.errors import ContentAltered, ContentMissing, EncodingError
from fl_client.rounds import FetchedVector, VerifiedVectors, fetch_vector, seal_vector
from fl_client.storage import LocalStore
from fl_client.types import Bytes32

FORM = VectorFormat(dimension=200, kind=VectorKind.UPDATE)


def vector(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(-1000, 1000, FORM.dimension, dtype=np.int32)


def kept(store: LocalStore, seed: int) -> tuple[Bytes32, Bytes32]:
    """Content id and commitment of a vector that is in the store."""
    sealed = seal_vector(vector(seed), FORM)
    return store.put(sealed.data).digest, sealed.commitment


def empty(store: LocalStore) -> None:
    for path in store.folder.iterdir():
        path.unlink()


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path)


def test_sealed_bytes_and_root_are_those_of_encoding_and_tree() -> None:
    for sums in (None, [7] * FORM.chunks):
        sealed = seal_vector(vector(1), FORM, sums)
        assert sealed.data == encode(vector(1), FORM, sums)
        assert sealed.root == MerkleSumTree.build(vector(1), sums).root


def test_a_vector_of_another_length_is_not_sealed() -> None:
    with pytest.raises(EncodingError, match="has 199 coordinates"):
        seal_vector(vector(1)[:-1], FORM)


def test_a_verified_vector_is_fetched_once(store: LocalStore) -> None:
    digest, commitment = kept(store, 1)
    cache = VerifiedVectors(store, most=2)
    first = cache.fetch(digest, FORM, commitment)
    empty(store)
    assert cache.fetch(digest, FORM, commitment) is first
    assert np.array_equal(first.vector, vector(1))


def test_other_bytes_for_a_known_commitment_are_verified(store: LocalStore) -> None:
    (digest, commitment), (other, _) = kept(store, 1), kept(store, 2)
    cache = VerifiedVectors(store, most=2)
    cache.fetch(digest, FORM, commitment)
    with pytest.raises(ContentAltered):
        cache.fetch(other, FORM, commitment)


def test_another_commitment_for_known_bytes_is_verified(store: LocalStore) -> None:
    digest, commitment = kept(store, 1)
    cache = VerifiedVectors(store, most=2)
    cache.fetch(digest, FORM, commitment)
    with pytest.raises(ContentAltered):
        cache.fetch(digest, FORM, Bytes32(bytes(32)))
    with pytest.raises(EncodingError):
        cache.fetch(digest, replace(FORM, kind=VectorKind.MODEL), commitment)


def test_a_refusal_is_not_kept(store: LocalStore) -> None:
    digest, commitment = kept(store, 1)
    empty(store)
    cache = VerifiedVectors(store, most=2)
    with pytest.raises(ContentMissing):
        cache.fetch(digest, FORM, commitment)
    kept(store, 1)
    assert isinstance(cache.fetch(digest, FORM, commitment), FetchedVector)


def test_only_the_latest_are_kept(store: LocalStore) -> None:
    ids = [kept(store, seed) for seed in range(3)]
    cache = VerifiedVectors(store, most=2)
    for digest, commitment in (*ids[:2], ids[0], ids[2]):
        cache.fetch(digest, FORM, commitment)
    empty(store)
    for digest, commitment in (ids[0], ids[2]):
        cache.fetch(digest, FORM, commitment)
    with pytest.raises(ContentMissing):
        cache.fetch(ids[1][0], FORM, ids[1][1])


def test_lies_are_told_from_the_cache_too(store: LocalStore) -> None:
    claims = [node.sum for node in MerkleSumTree.build(vector(1)).nodes(0, 0, FORM.chunks)]
    claims[2] -= 1
    sealed = seal_vector(vector(1), FORM, claims)
    digest, cache = store.put(sealed.data).digest, VerifiedVectors(store, most=1)
    alone = fetch_vector(store, digest, FORM, sealed.commitment)
    for _ in range(2):
        found = cache.fetch(digest, FORM, sealed.commitment)
        assert found.lies == alone.lies == (2,) and list(found.sums) == claims
