"""Vectors on their way into and out of the content store: nothing fetched is used before its commitment agrees."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fl_client.encoding import (
    MerkleSumTree,
    Node,
    VectorFormat,
    check_fits,
    commit_vector,
    decode,
    encode,
    encoded_size,
    wrong_sums,
)
from fl_client.errors import ContentAltered, EncodingError
from fl_client.storage import ContentId, ContentStore
from fl_client.types import Bytes32

Vector = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedVector:
    """A vector with everything that is said of it on chain.

    Attributes:
        data: its canonical bytes.
        root: of its Merkle-sum tree.
        commitment: 32 bytes.
    """

    data: bytes = field(repr=False)
    root: Node
    commitment: Bytes32


def seal_vector(vector: Vector, form: VectorFormat, sums: Sequence[int] | None = None) -> SealedVector:
    """Encode a vector and commit to it.

    Args:
        vector: int32 (d,).
        form: its format.
        sums: leaf sums to claim in place of the true ones; only a cheat gives them.

    Raises:
        EncodingError: the vector does not fit the format.
    """
    check_fits(vector, form)
    tree = MerkleSumTree.build(vector, sums)
    data = encode(vector, form, tree.leaf_sums)
    return SealedVector(data=data, root=tree.root, commitment=commit_vector(tree.root, form))


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedVector:
    """A vector from a store whose claimed tree has the commitment that was asked for.

    Attributes:
        vector: int32 (d,), read-only.
        sums: the claimed leaf sums; `lies` names the chunks where they are wrong.
        root: of the claimed tree.
    """

    vector: Vector = field(repr=False)
    sums: Sequence[int] = field(repr=False)
    root: Node
    lies: tuple[int, ...]


def fetch_vector(
    store: ContentStore, digest: Bytes32, form: VectorFormat, commitment: Bytes32
) -> FetchedVector:
    """Fetch a vector and recompute its commitment from its bytes.

    Args:
        store: where to look.
        digest: content id from the chain, 32 bytes; a hint, trusted for nothing.
        form: what the task says that it must be; its size is checked before anything is read.
        commitment: what the chain holds.

    Returns:
        The vector; wrong leaf sums are reported in ``lies``, since they are evidence.

    Raises:
        ContentMissing: the bytes are not here.
        ContentAltered: the bytes lead to another commitment.
        EncodingError: the bytes are no vector of this format.
    """
    size = encoded_size(form)
    content = ContentId.from_digest(digest, size)
    decoded = decode(store.get(content, max_bytes=size), form)
    lies = wrong_sums(decoded)
    root = MerkleSumTree.build(decoded.vector, decoded.sums if lies else None).root
    if commit_vector(root, form) != commitment:
        raise ContentAltered(
            f"{content} holds a vector with another commitment than 0x{commitment.hex()}: its author published "
            "other bytes than it committed to"
        )
    return FetchedVector(vector=decoded.vector, sums=decoded.sums, root=root, lies=lies)


class VerifiedVectors:
    """The latest vectors that this process fetched and verified, shared by the roles that run in it.

    A hit answers exactly what was asked: content id, format and commitment all have to be those that the
    bytes were held against. A refusal is not kept. What is not asked again is whether the store still has
    the bytes: roles in processes of their own each find that out for themselves.
    """

    def __init__(self, store: ContentStore, *, most: int) -> None:
        """Make an empty cache over a store, of at most `most` vectors (some 5 bytes a coordinate each)."""
        self._store, self._most = store, most
        self._kept: OrderedDict[tuple[Bytes32, VectorFormat, Bytes32], FetchedVector] = OrderedDict()

    def fetch(self, digest: Bytes32, form: VectorFormat, commitment: Bytes32) -> FetchedVector:
        """Fetch a vector as ``fetch_vector`` does, once."""
        key = (digest, form, commitment)
        found = self._kept.pop(key, None) or fetch_vector(self._store, digest, form, commitment)
        self._kept[key] = found
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return found


def check_dimension(vector: Vector, form: VectorFormat) -> None:
    """Refuse a vector of another length than the task's model.

    Raises:
        EncodingError: naming both lengths.
    """
    if vector.shape != (form.dimension,):
        raise EncodingError(
            f"the vector has shape {vector.shape}, the task's model {form.dimension} coordinates: is this "
            "the task's own model definition?"
        )
