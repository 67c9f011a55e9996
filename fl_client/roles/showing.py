"""Chunks as their verifier wants to see them: each with all that it is checked against, and no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Protocol

from eth_abi.abi import decode as abi_decode
from eth_abi.abi import encode as abi_encode
from eth_abi.exceptions import DecodingError

from fl_client.chain.contracts.encrypted import StatementKind
from fl_client.disputes.evidence import opening_of
from fl_client.encoding import CHUNK_BYTES, CHUNK_COORDINATES, SUM_BYTES, MerkleSumTree
from fl_client.encoding.merkle_node import NODE_BYTES
from fl_client.privacy.paillier.number import to_bytes
from fl_client.privacy.paillier.public_key import PublicKey
from fl_client.privacy.paillier.statements import ResultFile, SharesFile
from fl_client.privacy.paillier.updates import EncryptedUpdate
from fl_client.roles.encrypted_book import SummedSet
from fl_client.rounds import Vector

TYPES: Final[dict[StatementKind, tuple[str, ...]]] = {
    StatementKind.UPDATE: ("bytes", "bytes", "bytes", "bytes32[]"),
    StatementKind.SUM: ("bytes", "bytes", "bytes32[]", "bytes[]", "bytes32[]", "bytes32[][]"),
    StatementKind.SHARE: ("bytes", "bytes", "bytes32[]", "bytes", "bytes32[]", "bytes"),
    StatementKind.RESULT: ("bytes", "bytes", "bytes32[]", "bytes", "bytes32[]"),
    StatementKind.MODEL: ("bytes", "bytes", "bytes[]", "bytes32[][]"),
}
"""Of a proof, by its kind (``IEncryptedVerifier.isRight``)."""


def shown_update(key: PublicKey, update: EncryptedUpdate, chunk: int) -> bytes:
    """A ciphertext of an update with its proof."""
    return _encoded(
        StatementKind.UPDATE,
        key.data,
        to_bytes(update.ciphertexts[chunk], 2 * key.length),
        update.proofs[chunk],
        update.tree.path(chunk),
    )


def shown_sum(sum_: SummedSet, chunk: int) -> bytes:
    """A ciphertext of a group's sum with those that it is the product of."""
    group, at = divmod(chunk, sum_.chunks)
    key, updates = sum_.key, sum_.updates[group]
    return _encoded(
        StatementKind.SUM,
        *_of_sum(sum_, chunk),
        [to_bytes(one.ciphertexts[at], 2 * key.length) for one in updates],
        [_sha256(one.proofs[at]) for one in updates],
        [one.tree.path(at) for one in updates],
    )


def shown_share(sum_: SummedSet, shares: SharesFile, chunk: int, proof: bytes) -> bytes:
    """A share of one ciphertext with the proof of it alone."""
    return _encoded(
        StatementKind.SHARE, *_of_sum(sum_, chunk), shares.chunk(chunk), shares.tree.path(chunk), proof
    )


def shown_result(sum_: SummedSet, result: ResultFile, chunk: int) -> bytes:
    """The opening of one ciphertext."""
    return _encoded(StatementKind.RESULT, *_of_sum(sum_, chunk), result.chunk(chunk), result.tree.path(chunk))


def shown_model(
    model: Vector, base: Vector, result: ResultFile, slots: int, chunk: int, *, groups: int = 1
) -> bytes:
    """64 coordinates of a model, of the one before, and every opening of every group that they lie in."""
    last = min((chunk + 1) * CHUNK_COORDINATES, len(model)) - 1
    spanned = range(chunk * CHUNK_COORDINATES // slots, last // slots + 1)
    each = -(-len(model) // slots)
    openings = [group * each + at for group in range(groups) for at in spanned]
    return _encoded(
        StatementKind.MODEL,
        *(_opened(vector, chunk) for vector in (model, base)),
        [result.chunk(one) for one in openings],
        [result.tree.path(one) for one in openings],
    )


def _of_sum(sum_: SummedSet, chunk: int) -> tuple[bytes, bytes, Sequence[bytes]]:
    return (
        sum_.key.data,
        to_bytes(sum_.ciphertexts[chunk], 2 * sum_.key.length),
        sum_.tree.path(chunk),
    )


def _opened(vector: Vector, chunk: int) -> bytes:
    tree = MerkleSumTree.build(vector)
    return opening_of(vector, tree, chunk, tree.leaf_sums[chunk])


def _sha256(data: bytes) -> bytes:
    return sha256(data).digest()


def _encoded(kind: StatementKind, *values: Any) -> bytes:
    return bytes(abi_encode(TYPES[kind], values))


def path_shown(kind: StatementKind, proof: bytes) -> tuple[bytes, ...] | None:
    """The path of the chunk that a proof showed, in its statement's tree; None where it is no such proof."""
    at = {StatementKind.SUM: 2, StatementKind.RESULT: 4, StatementKind.MODEL: 0}.get(kind)
    if at is None:
        return None
    try:
        # No more than that, and as the contract reads it: it looks at no padding, and an author who hides something
        # may have filled it, or the rest with offsets that all lead to the same long list.
        found = abi_decode(TYPES[kind][: at + 1], proof, strict=False)[at]
    except (DecodingError, OverflowError):
        return None
    if kind is not StatementKind.MODEL:
        return tuple(bytes(one) for one in found)
    siblings = found[SUM_BYTES + CHUNK_BYTES :]
    return tuple(siblings[at : at + NODE_BYTES] for at in range(0, len(siblings), NODE_BYTES))


class Paths(Protocol):
    """A tree of ours, to compare with what is shown of another."""

    @property
    def count(self) -> int:
        """Its chunks."""
        ...

    def path(self, index: int, /) -> Sequence[bytes]:
        """The nodes beside the way from a chunk to the root, lowest first."""
        ...


@dataclass(frozen=True)
class ModelPaths:
    """Those of a model's tree: a node is its hash and its sum."""

    tree: MerkleSumTree

    @property
    def count(self) -> int:
        """Its chunks."""
        return self.tree.chunks

    def path(self, index: int, /) -> tuple[bytes, ...]:
        """The nodes beside the way from a chunk to the root, lowest first."""
        return tuple(bytes(node) for node in self.tree.path(index))


def doubtful_chunk(
    mine: Paths, shown: Sequence[tuple[int, Sequence[bytes]]], pick: Callable[[Sequence[int]], int]
) -> int | None:
    """A chunk to ask for of a statement whose root is not ours and whose bytes nobody has.

    Each chunk that was shown came with the nodes beside its path: where one of them is not ours, what is wrong lies
    below it. The first to ask for is the last one, where a tree has padding: every node that is nothing but padding
    lies beside its path, so whoever shows it shows that nothing is wrong there.

    Args:
        mine: our own tree.
        shown: chunk and path of what was shown of the other; an empty path where the proof is not known.
        pick: chooses an item of a sequence, by chance: nobody can prepare for it.

    Returns:
        The chunk; None where all that could differ was shown.
    """
    has_padding = mine.count & (mine.count - 1)
    if not shown and has_padding:
        return mine.count - 1
    places = {chunk for chunk, _ in shown}
    suspects = range(mine.count)
    for chunk, path in shown:
        for level, (theirs, ours) in enumerate(zip(path, mine.path(chunk), strict=False)):
            if theirs != ours:
                first = ((chunk >> level) ^ 1) << level
                below = range(first, min(first + (1 << level), mine.count))
                if len(below) < len(suspects):
                    suspects = below
    left = [chunk for chunk in suspects if chunk not in places]
    return pick(left) if left else None
