"""A round of encrypted updates, from the submissions to the new model, and what shows each of its chunks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from hashlib import sha256
from random import Random
from statistics import median
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from tests.contracts import paillier_reference as paillier
from tests.contracts.openings import Vector

MODEL = 1
FRACTION_BITS = 20
VALUE_BITS = 16
SLOT_BITS = 21
SCALE_BITS = 6


class Kind(IntEnum):
    """What can be asked for."""

    NONE = 0
    UPDATE = 1
    SUM = 2
    SHARE = 3
    RESULT = 4
    MODEL = 5


TYPES = {
    Kind.UPDATE: ["bytes", "bytes", "bytes", "bytes32[]"],
    Kind.SUM: ["bytes", "bytes", "bytes32[]", "bytes[]", "bytes32[]", "bytes32[][]"],
    Kind.SHARE: ["bytes", "bytes", "bytes32[]", "bytes", "bytes32[]", "bytes"],
    Kind.RESULT: ["bytes", "bytes", "bytes32[]", "bytes", "bytes32[]"],
    Kind.MODEL: ["bytes", "bytes", "bytes[]", "bytes32[][]"],
}
"""Of the parts of a proof."""


def binding_of(place: int) -> bytes:
    """What the proofs of a party are bound to; for the verifier these are 32 bytes like any others."""
    return keccak(b"binding of party %d" % place)


def changed(items: Sequence[Any], index: int, item: Any) -> tuple[Any, ...]:
    """The same sequence with another item."""
    return (*items[:index], item, *items[index + 1 :])


def flipped(data: bytes, bit: int) -> bytes:
    """The same bytes with one bit turned; bit 0 is the highest."""
    return changed_bytes(data, bit // 8, bytes([data[bit // 8] ^ (0x80 >> bit % 8)]))


def changed_bytes(data: bytes, at: int, part: bytes) -> bytes:
    """The same bytes with others from one place on."""
    return data[:at] + part + data[at + len(part) :]


@dataclass(frozen=True)
class Round:
    """All statements of a round, by chunks; roots follow from the chunks, so that a lie is committed to like a truth.

    Attributes:
        updates: of each accepted party: ciphertext and proof of each chunk.
        sums, shares, openings: those of group g from ``g * chunks`` on.
        accused: place of the party whose shares these are.
        seed: deals the parties into so many groups.
    """

    key: paillier.Key
    updates: tuple[tuple[tuple[bytes, bytes], ...], ...]
    weights: tuple[int, ...]
    sums: tuple[bytes, ...]
    shares: tuple[bytes, ...]
    share_proofs: tuple[bytes, ...]
    openings: tuple[bytes, ...]
    base: Vector
    model: Vector
    accused: int = 1
    groups: int = 1
    seed: bytes = bytes(32)

    @property
    def chunks(self) -> int:
        """J."""
        return len(self.sums) // self.groups

    def members(self, group: int) -> list[int]:
        """Places of a group."""
        return members_of(self.seed, len(self.updates), self.groups, group)

    @property
    def slots(self) -> int:
        """Coordinates of a ciphertext."""
        return (8 * self.key.length - 1) // SLOT_BITS

    def update_leaves(self, place: int) -> list[bytes]:
        """Leaves of an update."""
        return [paillier.update_leaf_of(*chunk) for chunk in self.updates[place]]

    @cached_property
    def roots(self) -> dict[Kind, bytes]:
        """What the accused's statements of each kind are known by."""
        chunks = {Kind.SUM: self.sums, Kind.SHARE: self.shares, Kind.RESULT: self.openings}
        return {
            Kind.UPDATE: paillier.root_of(self.update_leaves(self.accused)),
            **{kind: paillier.root_of([*map(paillier.leaf_of, all_)]) for kind, all_ in chunks.items()},
            Kind.MODEL: self.model.commitment(MODEL, FRACTION_BITS),
        }

    def claim(self, kind: Kind, chunk: int, **overrides: Any) -> tuple[Any, ...]:
        """What the task fills in, with some fields replaced."""
        fields = {
            "kind": kind,
            "chunk": chunk,
            "chunks": self.chunks,
            "groups": self.groups,
            "party": self.accused,
            "parties": self.key.parties,
            "value_bits": VALUE_BITS,
            "slot_bits": SLOT_BITS,
            "scale_bits": SCALE_BITS,
            "fraction_bits": FRACTION_BITS,
            "modulus_bytes": self.key.length,
            "dimension": self.base.dimension,
            "total_weight": sum(self.weights),
            "seed": self.seed,
            "key_hash": self.key.hash,
            "binding": binding_of(self.accused),
            "root": self.roots.get(kind, bytes(32)),
            "sum_root": self.roots[Kind.SUM],
            "result_root": self.roots[Kind.RESULT],
            "base_model": self.base.commitment(MODEL, FRACTION_BITS),
            "inputs": [paillier.root_of(self.update_leaves(place)) for place in range(len(self.updates))],
            "weights": list(self.weights),
        }
        assert overrides.keys() <= fields.keys()
        return tuple((fields | overrides).values())

    def parts(self, kind: Kind, chunk: int) -> dict[str, Any]:
        """The parts of a proof."""
        return {
            Kind.UPDATE: self._update_parts,
            Kind.SUM: self._sum_parts,
            Kind.SHARE: self._share_parts,
            Kind.RESULT: self._result_parts,
            Kind.MODEL: self._model_parts,
        }[kind](chunk)

    def proof(self, kind: Kind, chunk: int, **overrides: Any) -> bytes:
        """What shows a chunk, with some parts replaced."""
        parts = self.parts(kind, chunk)
        assert overrides.keys() <= parts.keys()
        return encode(TYPES[kind], list((parts | overrides).values()))

    # ------------------------------------------------------------------ lies

    def with_update(self, chunk: int, ciphertext: bytes | None = None, proof: bytes | None = None) -> Round:
        """The accused posted another ciphertext or proof."""
        old = self.updates[self.accused]
        pair = (ciphertext or old[chunk][0], old[chunk][1] if proof is None else proof)
        return replace(self, updates=changed(self.updates, self.accused, changed(old, chunk, pair)))

    def with_chunk(self, statement: str, chunk: int, data: bytes) -> Round:
        """Another chunk of sums, shares, share_proofs or openings was posted."""
        return replace(self, **{statement: changed(getattr(self, statement), chunk, data)})

    # ------------------------------------------------------------------ parts by kind

    def _update_parts(self, chunk: int) -> dict[str, Any]:
        ciphertext, proof = self.updates[self.accused][chunk]
        path = paillier.path_of(self.update_leaves(self.accused), chunk)
        return {"key": self.key.data, "ciphertext": ciphertext, "proof": proof, "path": path}

    def _sum_parts(self, chunk: int) -> dict[str, Any]:
        group, at = divmod(chunk, self.chunks)
        places = self.members(group)
        return {
            **self._shown_sum(chunk, "path"),
            "ciphertexts": [self.updates[place][at][0] for place in places],
            "proof_hashes": [sha256(self.updates[place][at][1]).digest() for place in places],
            "paths": [paillier.path_of(self.update_leaves(place), at) for place in places],
        }

    def _share_parts(self, chunk: int) -> dict[str, Any]:
        share, path = self.shares[chunk], self._path(self.shares, chunk)
        shown = self._shown_sum(chunk, "sum_path")
        return {**shown, "share": share, "path": path, "proof": self.share_proofs[chunk]}

    def _result_parts(self, chunk: int) -> dict[str, Any]:
        opening, path = self.openings[chunk], self._path(self.openings, chunk)
        return {**self._shown_sum(chunk, "sum_path"), "opening": opening, "path": path}

    def _model_parts(self, chunk: int) -> dict[str, Any]:
        last = min(64 * chunk + 63, self.base.dimension - 1)
        spanned = range(64 * chunk // self.slots, last // self.slots + 1)
        needed = [group * self.chunks + at for group in range(self.groups) for at in spanned]
        return {
            "model": self.model.opening(chunk),
            "base": self.base.opening(chunk),
            "openings": [self.openings[at] for at in needed],
            "paths": [self._path(self.openings, at) for at in needed],
        }

    def _shown_sum(self, chunk: int, path: str) -> dict[str, Any]:
        return {"key": self.key.data, "sum": self.sums[chunk], path: self._path(self.sums, chunk)}

    @staticmethod
    def _path(chunks: Sequence[bytes], chunk: int) -> list[bytes]:
        return paillier.path_of([*map(paillier.leaf_of, chunks)], chunk)


def make_round(
    key: paillier.Key | None = None,
    dimension: int = 150,
    weights: tuple[int, ...] = (3, 20, 9),
    provers: Sequence[int] | None = None,
    groups: int = 1,
    seed: bytes = bytes(32),
) -> Round:
    """A round in which everybody did what the protocol asks for.

    Args:
        weights: of the accepted parties, which have the first places.
        provers: places of those whose updates have proofs, where proving all would take long.
    """
    key, random = key or paillier.Key(), Random(dimension)
    proving = range(len(weights)) if provers is None else provers
    values = [[random.randrange(-(2**15) + 1, 2**15) for _ in range(dimension)] for _ in weights]
    updates = tuple(_encrypted(key, place, row, place in proving, random) for place, row in enumerate(values))
    base = Vector(tuple(random.randrange(-(2**24), 2**24) for _ in range(dimension)))
    places = [members_of(seed, len(weights), groups, group) for group in range(groups)]
    heavy = [[weights[place] for place in group] for group in places]
    totals = [
        [sum(weights[place] * values[place][at] for place in group) for at in range(dimension)]
        for group in places
    ]
    sums = [
        weighted_product(key, [updates[place][at][0] for place in group], heavy[number])
        for number, group in enumerate(places)
        for at in range(len(updates[0]))
    ]
    return Round(
        key=key,
        updates=updates,
        weights=weights,
        sums=tuple(map(key.two, sums)),
        shares=tuple(key.one(key.share(one, Round.accused)) for one in sums),
        share_proofs=tuple(prove_share(key, one, at) for at, one in enumerate(sums)),
        openings=tuple(map(key.opening, sums)),
        base=base,
        model=median_model(base, totals, [sum(group) for group in heavy]),
        groups=groups,
        seed=seed,
    )


def dealt(seed: bytes, members: int, groups: int) -> list[int]:
    """The group of each member: a pack is shuffled from its front, and dealt round the table."""
    pack = list(range(members))
    for at in range(members):
        drawn = int.from_bytes(keccak(encode(["bytes32", "uint256"], [seed, at])), "big") % (members - at)
        pack[at], pack[at + drawn] = pack[at + drawn], pack[at]
    return [pack.index(member) % groups for member in range(members)]


def members_of(seed: bytes, members: int, groups: int, group: int) -> list[int]:
    """Those of one group, in their order."""
    return [member for member, its in enumerate(dealt(seed, members, groups)) if its == group]


def weighted_product(key: paillier.Key, ciphertexts: Sequence[bytes], weights: Sequence[int]) -> int:
    """The right sum of some ciphertexts, whatever they are."""
    result = 1
    for ciphertext, weight in zip(ciphertexts, weights, strict=True):
        result = result * pow(int.from_bytes(ciphertext, "big"), weight, key.square) % key.square
    return result


def prove_share(key: paillier.Key, ciphertext: int, chunk: int) -> bytes:
    """The proof of the accused's right share."""
    context = paillier.context_of(binding_of(Round.accused), chunk)
    share = key.share(ciphertext, Round.accused)
    return key.prove_share(context, ciphertext, share, Round.accused, Random(chunk))


def median_model(base: Vector, totals: Sequence[Sequence[int]], weights: Sequence[int]) -> Vector:
    """The new model: where each group alone would move a coordinate to, and the median of these."""
    moved = [
        [paillier.moved(old, total, weight, SCALE_BITS) for old, total in zip(base.values, row, strict=True)]
        for row, weight in zip(totals, weights, strict=True)
    ]
    return Vector(tuple(median(column) for column in zip(*moved, strict=True)))


def _encrypted(
    key: paillier.Key, place: int, values: Sequence[int], proving: bool, random: Random
) -> tuple[tuple[bytes, bytes], ...]:
    chunks = []
    for at, plaintext in enumerate(paillier.pack(values, key.length, SLOT_BITS, VALUE_BITS)):
        exponent = key.random_exponent(random)
        ciphertext, proof = key.encrypt(plaintext, exponent), b""
        if proving:
            context = paillier.context_of(binding_of(place), at)
            proof = key.prove_plaintext(context, ciphertext, plaintext, exponent, random)
        chunks.append((key.two(ciphertext), proof))
    return tuple(chunks)
