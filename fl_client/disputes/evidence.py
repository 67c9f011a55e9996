"""Evidence that one transaction proves: built from public bytes, and checked here before it is sent."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from fl_client.encoding import CHUNK_COORDINATES, MerkleSumTree, Node, chunk_bytes
from fl_client.errors import DisputeError
from fl_client.rounds import NO_INPUTS, FetchedVector, PostedInputs, Vector
from fl_client.types import Address, Bytes32

_ENTRY = "(address,uint32,bytes32)"
_NODE = "(bytes32,uint128)"
_REPUTATION = "(address,uint32)"
_PROOF = f"(uint32,{_ENTRY}[],bytes,bytes,bytes[],bytes,{_NODE},{_REPUTATION}[])"


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregateEvidence:
    """One coordinate, opened in the proposed model, the old one and every accepted update.

    A proposer's table that is not there, or has another length than its rule reads, is wrong without any of these.

    Attributes:
        table, trust_root, reputations: what the task's weighing rule reads beside them; empty where it reads none.
    """

    coordinate: int = 0
    entries: tuple[tuple[Address, int, Bytes32], ...] = ()
    model_opening: bytes = b""
    base_opening: bytes = b""
    openings: tuple[bytes, ...] = ()
    table: bytes = b""
    trust_root: tuple[bytes, int] = (bytes(32), 0)
    reputations: tuple[tuple[Address, int], ...] = ()

    def to_tuple(self) -> tuple[Any, ...]:
        """The proof as the contract takes it (``AggregateProof``)."""
        return (
            self.coordinate,
            list(self.entries),
            self.model_opening,
            self.base_opening,
            list(self.openings),
            self.table,
            self.trust_root,
            list(self.reputations),
        )

    @property
    def digest(self) -> Bytes32:
        """Hash of the proof, for its opening."""
        return Bytes32(keccak(abi_encode([_PROOF], [self.to_tuple()])))


@dataclass(frozen=True, slots=True, kw_only=True)
class NormEvidence:
    """One chunk of an update whose claimed sum of squares is not its own."""

    trainer: Address
    round: int
    index: int
    opening: bytes

    @property
    def digest(self) -> Bytes32:
        """Hash of the evidence, for its opening."""
        types = ["address", "uint24", "uint32", "bytes"]
        return Bytes32(keccak(abi_encode(types, [self.trainer, self.round, self.index, self.opening])))


def opening_of(vector: Vector, tree: MerkleSumTree, index: int, claimed_sum: int) -> bytes:
    """Open one chunk as the contract reads it: claimed sum, 256 bytes, and the siblings from the leaf up."""
    siblings = b"".join(bytes(node) for node in tree.path(index))
    return claimed_sum.to_bytes(16, "big") + chunk_bytes(vector, index) + siblings


def first_difference(mine: Vector, theirs: Vector) -> int:
    """The first coordinate where two models differ.

    Raises:
        DisputeError: they are equal: there is nothing to dispute.
    """
    places = np.flatnonzero(mine != theirs)
    if not len(places):
        raise DisputeError("the proposed model equals the recomputed one: there is nothing to challenge")
    return int(places[0])


def aggregate_evidence(
    *,
    coordinate: int,
    model_opening: bytes,
    base: Vector,
    updates: Sequence[FetchedVector],
    entries: Sequence[tuple[Address, int, Bytes32]],
    table: bytes = b"",
    inputs: PostedInputs = NO_INPUTS,
) -> AggregateEvidence:
    """Build the proof that one coordinate of a proposed model is wrong.

    Args:
        coordinate: where it differs.
        model_opening: that chunk of the proposed model.
        base: the model that the round started from, int32 (d,).
        updates: the accepted updates in the order of their reveals.
        entries: trainer, weight and commitment of each of them.
        table: the proposer's.
        inputs: what the owner gave to the round.

    Returns:
        The evidence.
    """
    index = coordinate // CHUNK_COORDINATES
    base_tree = MerkleSumTree.build(base)
    return AggregateEvidence(
        coordinate=coordinate,
        entries=tuple(entries),
        model_opening=model_opening,
        base_opening=opening_of(base, base_tree, index, _leaf_sum(base_tree, index)),
        openings=tuple(
            opening_of(one.vector, MerkleSumTree.build(one.vector, one.sums), index, one.sums[index])
            for one in updates
        ),
        table=table,
        trust_root=(inputs.trust_root.hash, inputs.trust_root.sum),
        reputations=inputs.listed,
    )


def norm_evidence(trainer: Address, round_: int, update: FetchedVector) -> NormEvidence:
    """Build the proof that an update's tree lies about a chunk.

    Raises:
        DisputeError: it does not lie.
    """
    if not update.lies:
        raise DisputeError(f"the update of {trainer} in round {round_} claims no wrong sum: nothing to prove")
    index = update.lies[0]
    tree = MerkleSumTree.build(update.vector, update.sums)
    return NormEvidence(
        trainer=trainer,
        round=round_,
        index=index,
        opening=opening_of(update.vector, tree, index, update.sums[index]),
    )


def evidence_opening(challenger: Address, task: Address, evidence: Bytes32, salt: Bytes32) -> Bytes32:
    """The hash that is put on chain a block before evidence is shown (``DisputeCourt.evidenceOpening``)."""
    types = ["string", "address", "address", "bytes32", "bytes32"]
    return Bytes32(keccak(abi_encode(types, ["evidence", challenger, task, evidence, salt])))


def dispute_opening(challenger: Address, task: Address, replacement: Bytes32, salt: Bytes32) -> Bytes32:
    """The hash that is put on chain a block before a dispute is opened (``DisputeCourt.disputeOpening``)."""
    types = ["string", "address", "address", "bytes32", "bytes32"]
    return Bytes32(keccak(abi_encode(types, ["dispute", challenger, task, replacement, salt])))


def fresh_salt() -> Bytes32:
    """32 random bytes."""
    return Bytes32(secrets.token_bytes(32))


def _leaf_sum(tree: MerkleSumTree, index: int) -> int:
    leaf: Node = tree.nodes(0, index, 1)[0]
    return leaf.sum
